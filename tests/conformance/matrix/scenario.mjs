// One scenario: a sentence, the server it needs, and what has to happen. `when` leaves it out for
// drivers it makes no sense for: {driver}, {encoding}, {transport}.

export const scenario = (name, run, { server = 'main', ...when } = {}) =>
  ({ name, run, server, when });

export const applies_to = ({ when }, driver) =>
  (when.driver ?? driver.name) === driver.name
  && (when.encoding ?? driver.encoding) === driver.encoding
  && (when.transport ?? driver.transport) === driver.transport;
