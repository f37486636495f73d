// Every scenario of the matrix.

import { asking_the_application } from './asking_the_application.mjs';
import { connecting } from './connecting.mjs';
import { emulating } from './emulating.mjs';
import { ending } from './ending.mjs';
import { binary, negotiating } from './negotiating.mjs';
import { publishing } from './publishing.mjs';
import { reading } from './reading.mjs';
import { recovering } from './recovering.mjs';
import { subscribing } from './subscribing.mjs';
import { violations } from './violations.mjs';

export const SCENARIOS = [
  ...connecting, ...negotiating, ...emulating, ...violations, ...subscribing, ...publishing,
  ...binary, ...reading, ...recovering, ...asking_the_application, ...ending,
];
