import { backoffMs, ConnectionLost, MillraceError, subscriptionEnded } from './errors.js';
import { Handover } from './handover.js';
import { nameOf, partitionOf, wireFrom, wireOptions, wirePositions, withoutKnown } from './wire.js';

/** Records of a subscription that may be under way or wait for the application, unless `window` says otherwise. */
export const WINDOW_RECORDS = 1_000;
/**
 * After so many records a token is asked for: a resume makes the server send at most about as many again. A connection begins with few and
 * doubles, so that also connections that break all the time, while they carry nothing but what is known, come a step further each.
 */
const CHECKPOINT_RECORDS_FIRST = 25;
const CHECKPOINT_RECORDS_MAX = 1_000;
/** After these gaps offsets that were seen mean nothing any longer. */
const LOG_CHANGED = new Set(['topic_recreated', 'truncated', 'out_of_range', 'snapshot_required']);

/**
 * What {@link Millrace#subscribe} returns: an async iterable of records. Leaving the loop ends the subscription.
 */
export class Subscription {
  /** Records that the server sent a second time after a resume, and that were dropped. */
  duplicates = 0;
  /** Whether nothing more will come from the server. */
  ended = false;

  #link;
  #request;
  #window;
  #from;
  #token;
  #limitLeft;
  #handover;
  #seeking = null;
  #attempt = 0;
  #retry = 0;
  /** Whether the server knows of this subscription, or is being asked. */
  #active = false;
  /** Whether it has answered so. */
  #begun = false;
  /** Positions behind what was received, which can wait to be handed over still. */
  #received = new Map();
  /** Positions up to which a resumed subscription sends what is known. */
  #known = new Map();
  /** Records that came and are not handed over; those for which the server was not given new credit. */
  #held = 0;
  #owed = 0;
  #sinceToken = 0;
  #tokenAfter = CHECKPOINT_RECORDS_FIRST;

  constructor(link, { window = WINDOW_RECORDS, from, resume, limit, ...options }, handlers) {
    if (!(window >= 1)) {
      throw new RangeError('window: must be 1 record or more');
    }
    if (limit !== undefined && !(limit >= 1)) {
      throw new RangeError('limit: must be 1 record or more');
    }
    if (options.envelope !== undefined || options.credit !== undefined) {
      throw new TypeError('envelope and credit cannot be set: this client needs whole records and manages credit by itself (window)');
    }
    this.#link = link;
    this.#window = window;
    this.#limitLeft = limit;
    this.#from = wireFrom(from);
    this.#token = resume;
    this.#request = wireOptions(options);
    this.#handover = new Handover(handlers, { onHanded: records => this.#giveBack(records), onFailed: error => this.#abort(error) });
  }

  // ---- for applications

  /** @returns {Map<string, number>} `topic:partition` to the offset behind what was handed over */
  get positions() {
    return this.#handover.positions;
  }

  /** @returns {string|undefined} the newest token for `resume` that covers nothing which was not handed over */
  get resumeToken() {
    return this.#handover.resumeToken;
  }

  get paused() {
    return this.#handover.paused;
  }

  /** Hands nothing over until {@link resume}; at most a window of records is held meanwhile, the others stay in the log. */
  pause() {
    this.#handover.pause();
  }

  /** Goes on after {@link pause} with the next record. */
  resume() {
    this.#handover.resume();
  }

  /**
   * Goes on from another position. Until the promise is done records of the old one may come, then none.
   * @param {string|number|Date} from
   * @returns {Promise<void>}
   */
  seek(from) {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        throw subscriptionEnded();
      }
      this.#seeking?.reject(new MillraceError({ message: 'another seek came after this one' }));
      this.#seeking = { from: wireFrom(from), resolve, reject };
      this.#sendSeek();
    });
  }

  /**
   * Asks for a token for `resume`, which covers exactly what was handed over when the promise is done. It comes in its turn: code that
   * handles a record must not wait for it; there is `resumeToken`.
   * @returns {Promise<string>}
   */
  async checkpoint() {
    const { handedOver } = await this.#link.request({ type: 'checkpoint' });
    return handedOver;
  }

  /**
   * Commits for the group: what was handed over so far, or what is given.
   * @param {MillraceRecord|Place[]} [what] a record stands for everything up to and with it
   */
  async commit(what) {
    let offsets = what;
    if (what === undefined) {
      offsets = [...this.positions].map(([name, offset]) => ({ ...partitionOf(name), offset }));
    } else if (!Array.isArray(what)) {
      offsets = [{ topic: what.topic, partition: what.partition, offset: what.offset + 1 }];
    }
    await this.#link.request({ type: 'commit', offsets });
  }

  /** Ends the subscription; what waits is not handed over. */
  close() {
    this.#unsubscribe();
    this.#handover.close();
  }

  /** @returns {AsyncGenerator<MillraceRecord, void, void>} */
  [Symbol.asyncIterator]() {
    return this.#handover.records(() => this.close());
  }

  // ---- for the connection

  /** There is a connection that does not know this subscription. */
  connected() {
    this.disconnected();
    if (this.#request.group !== undefined) {
      this.#forget(); // A new member: it begins at what was committed, perhaps with other partitions.
    }
    this.#known = new Map(this.#received);
    const start = this.#start();
    this.#active = true;
    this.#owed = 0;
    this.#sinceToken = 0;
    this.#tokenAfter = CHECKPOINT_RECORDS_FIRST;
    const credit = this.#window - this.#held;
    this.#link.request({ type: 'subscribe', ...this.#request, ...start, credit }).then(
      () => (this.#attempt = 0),
      error => error instanceof ConnectionLost || this.refused(error, true),
    );
  }

  disconnected() {
    clearTimeout(this.#retry);
    this.#active = false;
    this.#begun = false;
  }

  /** An error that is about this subscription. Where it has ended it, what passes is tried again. */
  refused(error, ended) {
    if (!this.#active) {
      return; // Said about something that is over.
    }
    if (!ended) {
      this.#handover.warn(error); // One of several topics is gone, and the others go on.
    } else if (error.retriable) {
      this.disconnected();
      this.#retry = setTimeout(() => this.#link.isOpen() && this.connected(), backoffMs(this.#attempt++, this.#link.random));
    } else {
      this.fail(error);
    }
  }

  /** It has ended, for a reason or because it was done. */
  fail(error) {
    if (!this.ended) {
      this.#finish(error);
      this.#handover.add({ type: 'end', error });
    }
  }

  received(message) {
    if (!this.ended) {
      Subscription.#MESSAGES[message.type](this, message);
    }
  }

  static #MESSAGES = {
    subscribed: (self, message) => self.#subscribed(message.partitions),
    records: (self, message) => self.#records(message),
    caught_up: (self, message) => self.#handover.add(message),
    checkpoint: (self, message) => self.#checkpoint(message),
    gap: (self, message) => self.#gap(message),
    sought: (self, message) => self.#sought(message.positions),
    assigned: (self, message) => self.#assigned(message),
    revoked: (self, message) => self.#revoked(message),
    unsubscribed: (self, { id }) => id === undefined && self.fail(undefined), // `until` is reached
  };

  /** Where a subscription goes on: by its token; what that does not cover yet comes again and is dropped. */
  #start() {
    if (this.#seeking) {
      this.#seeking.restarted = true;
      this.#from = this.#seeking.from;
      this.#forget();
      return { from: this.#from };
    }
    if (this.#request.group !== undefined) {
      return { from: this.#from };
    }
    if (this.#token === undefined) {
      return { from: this.#received.size > 0 ? wirePositions(this.#received) : this.#from };
    }
    return { resume: this.#token, from: withoutKnown(this.#from, this.#received) };
  }

  #subscribed(partitions) {
    this.#begun = true;
    for (const { topic, partition, position } of partitions) {
      const name = nameOf(topic, partition);
      if (position !== null && !this.#received.has(name)) {
        this.#received.set(name, position);
        this.positions.set(name, position);
      }
    }
    if (this.#seeking?.restarted) {
      this.#sought([]);
    } else if (this.#seeking && !this.#seeking.sent) {
      this.#sendSeek();
    }
  }

  #records({ topic, partition, next, records }) {
    const name = nameOf(topic, partition);
    const known = this.#known.get(name) ?? 0;
    let fresh = known > 0 ? records.filter(({ offset }) => offset >= known) : records;
    if (next >= known) {
      this.#known.delete(name);
      this.#received.set(name, next);
    }
    this.duplicates += records.length - fresh.length;
    this.#owed += records.length - fresh.length;
    this.#sinceToken += records.length;
    if (this.#sinceToken >= this.#tokenAfter) {
      this.#sinceToken = 0;
      this.#tokenAfter = Math.min(CHECKPOINT_RECORDS_MAX, this.#tokenAfter * 2);
      this.#link.send({ type: 'checkpoint' });
    }
    if (this.#limitLeft !== undefined) {
      fresh = fresh.slice(0, this.#limitLeft);
      this.#limitLeft -= fresh.length;
    }
    if (fresh.length > 0) {
      this.#held += fresh.length;
      fresh.forEach(record => Object.assign(record, { topic, partition }));
      this.#handover.add({ type: 'records', name, records: fresh, next, at: 0 });
    }
    if (this.#limitLeft === 0 && !this.ended) {
      // Counted here: the server would count what it sends again after a resume, too.
      this.#link.send({ type: 'unsubscribe' });
      this.fail(undefined);
    }
    this.#giveBack(0);
  }

  #checkpoint(message) {
    this.#token = message.resume;
    if (message.id !== undefined) {
      message.handedOver = new Promise((resolve, reject) => Object.assign(message, { resolve, reject }));
      message.handedOver.catch(() => {}); // Not everybody who asks waits for it.
    }
    this.#handover.add(message);
  }

  #gap(message) {
    const { topic, partition, to, reason } = message;
    const name = nameOf(topic, partition);
    const known = this.#known.get(name) ?? 0;
    if (LOG_CHANGED.has(reason) || to > known) {
      this.#known.delete(name);
      this.#received.set(name, to);
      this.#handover.add(LOG_CHANGED.has(reason) ? message : { ...message, from: Math.max(message.from, known) });
    }
  }

  #assigned(message) {
    for (const { topic, partition, offset } of message.partitions) {
      if (offset !== undefined) {
        this.positions.set(nameOf(topic, partition), offset);
      }
    }
    this.#handover.add(message);
  }

  /** At once and not in its turn: there is a deadline. What waits of these partitions is another member's now. */
  #revoked({ partitions, deadline_ms: deadlineMs }) {
    this.#handover.revoke(partitions, deadlineMs);
    const names = new Set(partitions.map(({ topic, partition }) => nameOf(topic, partition)));
    this.#giveBack(this.#handover.drop(({ name }) => names.has(name)));
    names.forEach(name => {
      this.#received.delete(name);
      this.positions.delete(name);
    });
  }

  #sendSeek() {
    if (this.#begun) {
      const seeking = this.#seeking;
      seeking.sent = true;
      this.#link.request({ type: 'seek', from: seeking.from }).catch(error => {
        seeking.sent = false;
        if (!(error instanceof ConnectionLost) && seeking === this.#seeking) {
          this.#seeking = null;
          seeking.reject(error);
        }
      });
    }
  }

  /** @param {Place[]} positions none when that was told already */
  #sought(positions) {
    this.#seeking?.resolve();
    this.#seeking = null;
    if (positions.length > 0) {
      this.#forget();
    }
    for (const { topic, partition, offset } of positions) {
      this.#received.set(nameOf(topic, partition), offset);
      this.positions.set(nameOf(topic, partition), offset);
    }
    // Until its answer is here no token knows the new place.
    this.#link.send({ type: 'checkpoint' });
  }

  /** Positions, tokens and what waits belong to a place that is left. */
  #forget() {
    this.#token = undefined;
    this.#received.clear();
    this.#known.clear();
    this.#giveBack(this.#handover.forget());
  }

  /** Tells the server, now and then, how many more records may come. */
  #giveBack(records) {
    this.#held -= records;
    this.#owed += records;
    if (this.#owed >= Math.max(1, this.#window / 4) && this.#active) {
      this.#link.send({ type: 'credit', records: this.#owed });
      this.#owed = 0;
    }
  }

  /** A handler failed. */
  #abort(error) {
    this.#unsubscribe(error);
    this.#handover.close(error);
  }

  #unsubscribe(error) {
    if (!this.ended) {
      this.#link.send({ type: 'unsubscribe' });
      this.#finish(error);
    }
  }

  #finish(error) {
    this.ended = true;
    this.disconnected();
    this.#seeking?.reject(error ?? subscriptionEnded());
    this.#seeking = null;
    this.#link.ended();
  }
}
