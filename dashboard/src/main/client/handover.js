import { subscriptionEnded } from './errors.js';
import { nameOf, partitionOf } from './wire.js';

/** What came for a subscription and is not handed over yet, in its order, and the handlers or the loop that take it. */
class Handover {
  positions = new Map();
  resumeToken;
  paused = false;

  #handlers;
  #onHanded;
  #onFailed;
  #queue = [];
  #busy = false;
  #iterated = false;
  #wake = () => {};

  /** `onHanded` gets numbers of records, `onFailed` what a handler threw. */
  constructor(handlers, { onHanded, onFailed }) {
    this.#handlers = handlers;
    this.#onHanded = onHanded;
    this.#onFailed = onFailed;
  }

  add(event) {
    const last = this.#queue.at(-1);
    if (event.type === 'checkpoint' && last?.type === 'checkpoint' && last.id === undefined && this.#queue.length > 1) {
      this.#queue.pop(); // The newer one says all that it says.
    }
    this.#queue.push(event);
    this.#run();
  }

  pause() {
    this.paused = true;
  }

  resume() {
    this.paused = false;
    this.#run();
  }

  /** Lets go of records of some partitions; how many these were. */
  drop(isDropped) {
    let dropped = 0;
    for (const event of this.#queue) {
      if (event.type === 'records' && isDropped(event)) {
        dropped += event.records.length - event.at;
        event.records = event.records.slice(0, event.at);
      }
    }
    return dropped;
  }

  /** Lets go of what belongs to a place that is left; how many records these were. */
  forget() {
    this.positions.clear();
    this.resumeToken = undefined;
    const dropped = this.drop(() => true);
    this.#queue = this.#queue.filter(({ type, id }) => type !== 'gap' && (type !== 'checkpoint' || id !== undefined));
    return dropped;
  }

  revoke(partitions, deadlineMs) {
    this.#handlers.onRevoked?.(partitions, deadlineMs);
  }

  /** An error after which the subscription goes on. */
  warn(error) {
    this.#handlers.onError?.(Object.assign(error, { fatal: false }));
  }

  /** Hands nothing more over; without an error not even the end. */
  close(error) {
    this.#queue.forEach(({ reject }) => reject?.(subscriptionEnded()));
    this.#queue = [{ type: 'end', error }];
    this.#busy = false;
    this.paused = false;
    if (error === undefined) {
      this.#handlers = {};
    }
    this.#run();
  }

  async *records(onLeft) {
    if (this.#hasHandler() || this.#iterated) {
      throw new TypeError('the records of a subscription go to its handlers or into one loop');
    }
    this.#iterated = true;
    try {
      for (;;) {
        const event = this.paused ? undefined : this.#queue[0];
        if (event === undefined) {
          await new Promise(resolve => (this.#wake = resolve));
        } else if (event.type === 'records' && event.at < event.records.length) {
          yield this.#take(event);
          this.#onHanded(1);
        } else {
          this.#queue.shift();
          if (event.type === 'end') {
            if (event.error) {
              throw event.error;
            }
            return;
          }
          if (event.type !== 'records') {
            this.#tell(event);
          }
        }
      }
    } finally {
      onLeft();
    }
  }

  #hasHandler() {
    return Boolean(this.#handlers.onRecord ?? this.#handlers.onRecords);
  }

  #run() {
    this.#wake();
    if (this.#busy || this.#iterated) {
      return;
    }
    if (!this.#hasHandler()) {
      // A loop can still come, for what waits and for the end.
      const last = this.#queue.at(-1);
      if (last?.type === 'end' && (last.error ? this.#handlers.onError : this.#handlers.onEnd)) {
        this.#tellEnd(last.error);
      }
      return;
    }
    this.#busy = true;
    try {
      while (this.#queue.length > 0 && !this.paused) {
        const event = this.#queue[0];
        const open = this.#tell(event);
        if (typeof open?.then === 'function') {
          open.then(
            () => this.#goOn(event),
            error => this.#onFailed(error),
          );
          return;
        }
        this.#told(event);
      }
      this.#busy = false;
    } catch (error) {
      this.#onFailed(error);
    }
  }

  /** The promise of a handler is done. */
  #goOn(event) {
    this.#told(event);
    this.#busy = false;
    this.#run();
  }

  #told(event) {
    const handed = event.handed ?? 0;
    event.handed = 0;
    if (this.#queue[0] === event && !(event.at < event.records?.length)) {
      this.#queue.shift();
    }
    this.#onHanded(handed);
  }

  /** Calls the handler; returns what it returns. */
  #tell(event) {
    const { onRecord, onRecords, onGap, onCaughtUp, onCheckpoint, onAssigned } = this.#handlers;
    switch (event.type) {
      case 'records':
        return onRecords ? this.#tellAll(event, onRecords) : this.#tellOne(event, onRecord);
      case 'gap': {
        const { topic, partition, from, to, reason } = event;
        this.positions.set(nameOf(topic, partition), to);
        return void onGap?.({ topic, partition, from, to, reason });
      }
      case 'caught_up':
        return void onCaughtUp?.();
      case 'checkpoint':
        this.resumeToken = event.resume;
        event.resolve?.(event.resume);
        return void onCheckpoint?.(event.resume);
      case 'assigned':
        return void onAssigned?.(event.partitions, event.generation);
      default:
        return void this.#tellEnd(event.error);
    }
  }

  #tellOne(event, onRecord) {
    const record = this.#take(event);
    event.handed = record ? 1 : 0;
    return record && onRecord(record);
  }

  #tellAll(event, onRecords) {
    const records = event.at === 0 ? event.records : event.records.slice(event.at);
    event.at = event.records.length;
    event.handed = records.length;
    if (records.length === 0) {
      return undefined;
    }
    this.positions.set(event.name, event.next);
    return onRecords(records, { ...partitionOf(event.name), next: event.next });
  }

  #tellEnd(error) {
    const { onEnd, onError } = this.#handlers;
    this.#handlers = {};
    if (error === undefined) {
      onEnd?.();
    } else if (onError) {
      onError(error);
    } else {
      // Nobody listens; an error that nobody sees is worse than one in the console.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  /** The next record of an event; undefined when there is none. */
  #take(event) {
    const record = event.records[event.at];
    if (record !== undefined) {
      event.at++;
      this.positions.set(event.name, event.at === event.records.length ? event.next : record.offset + 1);
    }
    return record;
  }
}

export { Handover };
