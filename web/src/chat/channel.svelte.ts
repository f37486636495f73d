// One open channel: joins the server's subscription to what the page shows of it. The rules of
// ordering and merging are in timeline.ts and roster.ts; here is only when they are applied.

import type { Centrifuge, StreamPosition, SubscribedContext, Subscription } from 'centrifuge';
import type { MessageData, Publication } from './message';
import { EMPTY_ROSTER, fromPresence, type Roster, type RosterChange, withChange } from './roster';
import * as timeline from './timeline';

const HISTORY_PAGE = 50;

/** Changes remembered while a presence answer is under way; far more than one round trip brings. */
const CHANGES_MEANWHILE_MAX = 10_000;

export type ChannelStatus =
  | { readonly phase: 'joining'; readonly trouble: timeline.Failure | null }
  | { readonly phase: 'joined' }
  /** The server said no, or took the subscription back; it does not come back by itself. */
  | { readonly phase: 'refused'; readonly code: number; readonly reason: string };

/** Where this subscription stands in the server's stream. */
export interface StreamStatus {
  readonly epoch: string;
  readonly offset: number;
  readonly recoverable: boolean;
}

/** What a channel needs from the session around it. */
export interface ChannelHost {
  readonly user: string;
  /** Somebody else wrote while the reader may be looking elsewhere. */
  messageArrived(channel: Channel): void;
  /** Times a request, to show how far the server is. */
  timed<T>(request: Promise<T>): Promise<T>;
}

/** Rejections of the client library are plain {code, message}; anything else is our own fault. */
function failureOf(error: unknown): timeline.Failure {
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) {
    return { code: Number(error.code), message: String(error.message) };
  }
  throw error;
}

export class Channel {
  readonly name: string;
  status: ChannelStatus = $state.raw({ phase: 'joining', trouble: null });
  timeline: timeline.Timeline = $state.raw(timeline.EMPTY_TIMELINE);
  roster: Roster = $state.raw(EMPTY_ROSTER);
  /** Set when the server does not tell who is here. */
  presenceFailure: timeline.Failure | null = $state.raw(null);
  historyFailure: timeline.Failure | null = $state.raw(null);
  stream: StreamStatus | null = $state.raw(null);
  historyLoaded = $state(false);
  loadingEarlier = $state(false);
  unread = $state(0);
  draft = $state('');

  readonly #host: ChannelHost;
  readonly #subscription: Subscription;
  #changesMeanwhile: RosterChange[] | null = null;
  #lostAt: number | null = null;
  /** True while the library hands over the publications of a recovery, all in one go. */
  #recovering = false;

  constructor(client: Centrifuge, name: string, host: ChannelHost) {
    this.name = name;
    this.#host = host;
    this.#subscription = client.newSubscription(name, { joinLeave: true, recoverable: true });
    this.#listen();
    this.#subscription.subscribe();
  }

  close(client: Centrifuge): void {
    this.#subscription.unsubscribe();
    this.#subscription.removeAllListeners();
    client.removeSubscription(this.#subscription);
  }

  /** After a refusal. */
  join(): void {
    this.#subscription.subscribe();
  }

  get canSend(): boolean {
    return (
      this.status.phase !== 'refused' &&
      timeline.unsent(this.timeline).length < timeline.UNSENT_MAX
    );
  }

  send(text: string): void {
    const id = crypto.getRandomValues(new Uint32Array(4)).join('-');
    const joined = this.status.phase === 'joined';
    const draft = { id, author: this.#host.user, text };
    this.timeline = timeline.withUnsent(
      this.timeline,
      draft,
      joined ? 'sending' : 'waiting',
      Date.now(),
    );
    if (joined) void this.#publish(id, text);
  }

  retry(message: timeline.Message): void {
    if (message.id === null) return;
    const joined = this.status.phase === 'joined';
    this.#delivery(message.id, joined ? 'sending' : 'waiting');
    if (joined) void this.#publish(message.id, message.text);
  }

  discard(message: timeline.Message): void {
    if (message.id !== null) this.timeline = timeline.withoutUnsent(this.timeline, message.id);
  }

  async loadEarlier(): Promise<void> {
    const before = timeline.earliestOffset(this.timeline);
    if (before === null || this.loadingEarlier) return;
    this.loadingEarlier = true;
    await this.#loadHistory({ offset: before, epoch: this.timeline.epoch });
    this.loadingEarlier = false;
  }

  #listen(): void {
    const subscription = this.#subscription;
    subscription.on('subscribing', () => {
      if (this.status.phase === 'joined') this.#lostAt = Date.now();
      this.status = { phase: 'joining', trouble: null };
    });
    subscription.on('error', ({ error }) => {
      if (this.status.phase === 'joining') this.status = { phase: 'joining', trouble: error };
    });
    subscription.on('unsubscribed', ({ code, reason }) => {
      this.status = { phase: 'refused', code, reason };
      this.roster = EMPTY_ROSTER;
    });
    subscription.on('subscribed', (context) => {
      const position = context.streamPosition ?? { offset: 0, epoch: '' };
      this.status = { phase: 'joined' };
      this.stream = { ...position, recoverable: context.recoverable };
      if (context.wasRecovering) this.#cameBack(context, position);
      this.#lostAt = null;
      this.timeline = timeline.withEpoch(this.timeline, position.epoch);
      if (!context.recovered) void this.#loadHistory(null);
      void this.#loadPresence();
      this.#sendWaiting();
    });
    subscription.on('publication', (publication) => this.#arrived(publication));
    subscription.on('join', ({ info }) => this.#rosterChanged({ kind: 'join', info }));
    subscription.on('leave', ({ info }) => this.#rosterChanged({ kind: 'leave', info }));
  }

  /** Leaves a notice where the reader was away, if anything was missed there. */
  #cameBack(context: SubscribedContext, position: StreamPosition): void {
    const awayMs = Date.now() - (this.#lostAt ?? Date.now());
    const before = this.timeline;
    const lost =
      !context.recovered &&
      (before.epoch !== position.epoch || timeline.latestOffset(before) !== position.offset);
    if (lost || context.hasRecoveredPublications) {
      this.timeline = timeline.withAway(before, { awayMs, complete: !lost });
    }
    this.#recovering = context.hasRecoveredPublications;
    queueMicrotask(() => (this.#recovering = false));
  }

  #arrived(publication: Publication): void {
    const own = publication.info?.user === this.#host.user;
    if (this.#recovering) this.timeline = timeline.withRecovered(this.timeline);
    this.timeline = timeline.withPublication(this.timeline, publication, Date.now());
    if (publication.offset !== undefined && this.stream) {
      this.stream = { ...this.stream, offset: publication.offset };
    }
    if (!own) this.#host.messageArrived(this);
  }

  #rosterChanged(change: RosterChange): void {
    this.roster = withChange(this.roster, change);
    const meanwhile = this.#changesMeanwhile;
    if (meanwhile && meanwhile.length < CHANGES_MEANWHILE_MAX) meanwhile.push(change);
  }

  async #loadPresence(): Promise<void> {
    const meanwhile: RosterChange[] = [];
    this.#changesMeanwhile = meanwhile;
    try {
      const { clients } = await this.#host.timed(this.#subscription.presence());
      this.roster = fromPresence(clients, meanwhile);
      this.presenceFailure = null;
    } catch (error) {
      this.presenceFailure = failureOf(error);
    } finally {
      if (this.#changesMeanwhile === meanwhile) this.#changesMeanwhile = null;
    }
  }

  /** The newest page, or the one before a position. */
  async #loadHistory(
    since: { readonly offset: number; readonly epoch: string } | null,
  ): Promise<void> {
    try {
      const options = { limit: HISTORY_PAGE, reverse: true, ...(since ? { since } : {}) };
      const { publications, epoch } = await this.#host.timed(this.#subscription.history(options));
      const hasEarlier = publications.length === HISTORY_PAGE;
      const page = { publications: publications.toReversed(), epoch, hasEarlier };
      this.timeline = timeline.withHistory(this.timeline, page, Date.now());
      this.historyFailure = null;
    } catch (error) {
      this.historyFailure = failureOf(error);
    } finally {
      this.historyLoaded = true;
    }
  }

  #delivery(
    id: string,
    delivery: 'waiting' | 'sending' | 'sent' | 'failed',
    failure: timeline.Failure | null = null,
  ): void {
    this.timeline = timeline.withDelivery(this.timeline, id, delivery, failure);
  }

  #sendWaiting(): void {
    for (const message of timeline.unsent(this.timeline)) {
      if (message.delivery === 'waiting') this.retry(message);
    }
  }

  async #publish(id: string, text: string): Promise<void> {
    const data: MessageData = { text, from: this.#host.user, sent_at: Date.now(), id };
    try {
      await this.#host.timed(this.#subscription.publish(data));
      this.#delivery(id, 'sent');
    } catch (error) {
      this.#delivery(id, 'failed', failureOf(error));
    }
  }
}
