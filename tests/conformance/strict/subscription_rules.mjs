// One subscription as the rules see it: where its position is, and what its publications are
// allowed to look like. A breach is thrown.

import { apply_patch } from './fossil.mjs';
import { require_that } from './violation.mjs';

const SMALLEST_PATCH_BYTES = 3;

export class SubscriptionRules {
  /** `previous`: the last payload seen before this connection; a patch after recovery needs it. */
  constructor(channel, encoding, { request = {}, previous = null }) {
    this.channel = channel;
    this.where = `subscription ${channel}`;
    this.encoding = encoding;
    this.request = request;
    this.previous = previous;
  }

  #check_that(holds, rule) {
    require_that(holds, this.where, rule);
  }

  /** Takes the answer in; gives what it recovered. */
  establish(result) {
    this.positioned = result.positioned ?? false;
    this.delta = result.delta ?? false;
    this.filtered = this.request.tf !== undefined;
    this.epoch = result.epoch;
    this.#check_position(result);
    this.#check_recovery(result);
    this.#check_that(!this.delta || this.request.delta === 'fossil',
      'delta is given to who asked for it');
    this.#check_that((result.ttl !== undefined) === (result.expires ?? false),
      'ttl goes with expires');
    this.offset = result.offset ?? 0;
    if (!result.recovered) this.previous = null;
    return (result.publications ?? []).map((publication) => this.take(publication, true));
  }

  #check_position(result) {
    const { recoverable = false, positioned = false, epoch, offset } = result;
    this.#check_that(!recoverable || positioned, 'what is recoverable is positioned');
    this.#check_that((epoch !== undefined) === positioned, 'a position has an epoch');
    this.#check_that(positioned || offset === undefined, 'only a position has an offset');
    this.#check_that(epoch !== '_', 'nothing has the epoch that stands for none');
  }

  #check_recovery(result) {
    const { recover = false, epoch, offset = 0 } = this.request;
    const { was_recovering = false, recovered = false, publications = [] } = result;
    this.#check_that(!was_recovering || recover, 'was_recovering repeats the request');
    this.#check_that(!recovered || was_recovering, 'only who was recovering recovers');
    this.#check_that(recovered || publications.length === 0,
      'publications come only with a recovery that succeeded');
    if (!recovered) return;
    this.#check_that(!epoch || epoch === result.epoch, 'recovery keeps the epoch');
    this.cached = publications.length === 1 && publications[0].offset > offset + 1;
    this.#check_that(this.cached || (result.offset ?? 0) === offset,
      'a recovery that succeeded repeats the offset of the request');
  }

  /** Takes one publication in; gives it with its payload restored. */
  take(publication, recovering = false) {
    this.#check_offset(publication.offset, recovering);
    this.#check_that(publication.data !== undefined, 'a publication has data');
    this.#check_that(publication.channel === undefined || this.channel.includes('*'),
      'only a wildcard needs to hear of the channel');
    const data = this.#payload_of(publication);
    this.previous = data;
    return { ...publication, data, channel: this.channel, delta: publication.delta ?? false };
  }

  #check_offset(offset, recovering) {
    if (this.positioned) {
      const in_order = this.filtered || (recovering && this.cached)
        ? offset > this.offset : offset === this.offset + 1;
      this.#check_that(in_order, `offset ${offset} follows ${this.offset}`);
    } else if (offset !== undefined) {
      this.#check_that(offset > this.offset, `offset ${offset} comes after ${this.offset}`);
    }
    if (offset !== undefined) this.offset = offset;
  }

  #payload_of({ data, delta = false }) {
    this.#check_that(!delta || this.delta, 'a patch needs an agreement');
    if (!this.delta) return data;
    const bytes = this.encoding === 'json' ? this.#text_of(data) : data;
    if (!delta) return bytes;
    this.#check_that(this.previous !== null, 'a patch needs a publication before it');
    const whole = apply_patch(this.previous, bytes, this.where);
    this.#check_that(bytes.length < whole.length && bytes.length >= SMALLEST_PATCH_BYTES,
      `a patch of ${bytes.length} bytes is smaller than the ${whole.length} it stands for`);
    return whole;
  }

  #text_of(data) {
    const value = JSON.parse(data.toString());
    this.#check_that(typeof value === 'string', 'with delta in JSON every payload is a string');
    return Buffer.from(value);
  }
}
