// Applies a Fossil delta: the size of the result, then copies out of the base (`length@offset,`)
// and literal text (`length:text`), then a checksum of the result (`sum;`). Numbers are written in
// base 64 with the digits below.

import { require_that } from './violation.mjs';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~';
const VALUE_OF = new Map([...DIGITS].map((digit, value) => [digit.charCodeAt(0), value]));

/** The sum of the bytes as big-endian words of 32 bits, the last filled up with zeros. */
function checksum(bytes) {
  let sum = 0;
  bytes.forEach((byte, index) => { sum = (sum + byte * 2 ** (8 * (3 - (index % 4)))) % 2 ** 32; });
  return sum;
}

export function apply_patch(base, patch, where) {
  let at = 0;
  const number = () => {
    const start = at;
    let value = 0;
    while (VALUE_OF.has(patch[at])) value = value * 64 + VALUE_OF.get(patch[at++]);
    require_that(at > start, where, `a number is missing at ${start} of the patch`);
    return value;
  };
  const sign = () => String.fromCharCode(patch[at++]);

  const size = number();
  require_that(sign() === '\n', where, 'the size of the result ends its line');
  const parts = [];
  for (;;) {
    const count = number();
    const kind = sign();
    if (kind === '@') {
      const offset = number();
      require_that(sign() === ',', where, 'a copy ends with a comma');
      require_that(offset + count <= base.length, where, 'a copy lies within the base');
      parts.push(base.subarray(offset, offset + count));
    } else if (kind === ':') {
      require_that(at + count <= patch.length, where, 'literal text lies within the patch');
      parts.push(patch.subarray(at, at + count));
      at += count;
    } else {
      require_that(kind === ';', where, `'${kind}' is no part of a patch`);
      require_that(at === patch.length, where, 'the checksum ends the patch');
      const result = Buffer.concat(parts);
      require_that(result.length === size, where, 'the result has the size it was announced with');
      require_that(checksum(result) === count, where, 'the checksum is right');
      return result;
    }
  }
}
