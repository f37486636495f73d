// Every scenario of the matrix.

import { connecting } from './connecting.mjs';
import { ending } from './ending.mjs';
import { binary, negotiating } from './negotiating.mjs';
import { publishing } from './publishing.mjs';
import { reading } from './reading.mjs';
import { recovering } from './recovering.mjs';
import { subscribing } from './subscribing.mjs';
import { violations } from './violations.mjs';

export const SCENARIOS = [
  ...connecting, ...negotiating, ...violations, ...subscribing, ...publishing, ...binary,
  ...reading, ...recovering, ...ending,
];
