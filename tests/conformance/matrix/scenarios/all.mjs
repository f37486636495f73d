// Every scenario of the matrix.

import { connecting } from './connecting.mjs';
import { publishing } from './publishing.mjs';
import { reading } from './reading.mjs';
import { recovering } from './recovering.mjs';
import { subscribing } from './subscribing.mjs';
import { violations } from './violations.mjs';

export const SCENARIOS = [
  ...connecting, ...violations, ...subscribing, ...publishing, ...reading, ...recovering,
];
