/** What the server refused, or the end of a connection. */
export class MillraceError extends Error {
  /** @param {{message?: string, code?: number, error?: string, retriable?: boolean, closeCode?: number}} problem as it is sent */
  constructor({ message, code = -1, error = 'UNKNOWN_SERVER_ERROR', retriable = false, closeCode }) {
    super(message || error);
    this.name = 'MillraceError';
    /** Kafka's number and name of the error. */
    this.code = code;
    this.error = error;
    this.retriable = retriable;
    /** When a close of the connection said it. */
    this.closeCode = closeCode;
    /** Whether it is the end of what it was told to. */
    this.fatal = true;
  }
}

/** The connection ended before an answer came. */
class ConnectionLost extends MillraceError {
  constructor(why) {
    super({ error: 'NETWORK_EXCEPTION', code: 13, retriable: true, message: `${why}; whether it was done is not known` });
  }
}

const subscriptionEnded = () => new MillraceError({ message: 'the subscription has ended' });

/** First step and ceiling of the wait between two attempts: random(0, min(ceiling, first * 2^attempt)). */
export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_CEILING_MS = 30_000;

/**
 * Full jitter: spreads the return of many clients over the whole interval instead of letting them come back together.
 * @param {number} attempt 0 for the first wait
 * @param {() => number} [random] returns [0, 1)
 * @returns {number} milliseconds
 */
export function backoffMs(attempt, random = Math.random) {
  return Math.round(random() * Math.min(BACKOFF_CEILING_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 16)));
}

export { ConnectionLost, subscriptionEnded };
