// What the strict client throws when a message of the server breaks a rule of the reference.

export class Violation extends Error {
  constructor(where, rule) {
    super(`${where}: ${rule}`);
    this.name = 'Violation';
  }
}

/** Throws unless `holds`. */
export function require_that(holds, where, rule) {
  if (!holds) throw new Violation(where, rule);
}
