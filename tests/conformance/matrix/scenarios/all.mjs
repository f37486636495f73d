// Every scenario of the matrix.

import { asking_the_application } from './asking_the_application.mjs';
import { caching } from './caching.mjs';
import { connecting } from './connecting.mjs';
import { deflating } from './deflating.mjs';
import { deltas } from './deltas.mjs';
import { emulating } from './emulating.mjs';
import { ending } from './ending.mjs';
import { expiring } from './expiring.mjs';
import { filtering } from './filters.mjs';
import { binary, negotiating } from './negotiating.mjs';
import { persisting } from './persisting.mjs';
import { publishing } from './publishing.mjs';
import { reading } from './reading.mjs';
import { recovering } from './recovering.mjs';
import { server_api } from './server_api.mjs';
import { server_side, users } from './server_side.mjs';
import { subscribing } from './subscribing.mjs';
import { violations } from './violations.mjs';

export const SCENARIOS = [
  ...connecting, ...negotiating, ...emulating, ...deflating, ...violations, ...subscribing,
  ...publishing, ...binary, ...reading, ...recovering, ...caching, ...deltas, ...filtering,
  ...expiring, ...server_side, ...users, ...server_api, ...asking_the_application, ...ending,
  ...persisting,
];
