/**
 * Follows and writes topics of Millrace over one WebSocket (`millrace.v1.json`). One file, no dependencies.
 *
 *     import { connect } from 'http://127.0.0.1:8080/client/millrace.js';
 *     const millrace = connect('ws://127.0.0.1:8080');
 *     for await (const record of millrace.subscribe({ topics: ['readings'], from: 'last:10' })) {
 *       console.log(record.key, record.value);
 *     }
 *
 * Delivery: within a partition each record comes once and in the order of offsets, also over lost connections and restarts of
 * nodes. Between partitions there is no order. What the server no longer has is told as a gap, never skipped in silence. Group
 * members get each record at least once, from what was committed. Memory: a subscription holds at most its `window` of records.
 *
 * Browsers and Node; where there is no global WebSocket (Node 20) pass a class with that interface: `connect(url, { WebSocket })`.
 *
 * @module millrace
 */


/**
 * @typedef {object} MillraceRecord
 * @property {string} topic
 * @property {number} partition
 * @property {number} offset
 * @property {number} timestamp milliseconds since 1970
 * @property {string|null} [key] null when there is none; `key_base64` is there instead when it is not UTF-8
 * @property {string} [key_base64]
 * @property {*} [value] parsed JSON (a string with `format: 'text'`); `value_base64` is there instead when it is neither
 * @property {string} [value_base64]
 * @property {{name: string, value?: string|null, value_base64?: string}[]} [headers]
 * @property {number} [merged] older records of the key that were conflated away
 * @property {boolean} [left] with `view: 'table'`: the key no longer passes the filter
 */

/**
 * @typedef {{topic: string, partition: number, from: number, to: number, reason: string}} Gap
 * Records from `from` up to, but without, `to` are lost for this subscription.
 */

/** @typedef {{topic: string, partition: number, offset: number}} Place `offset` is that of the next record. */

/**
 * What to follow; see websocket/PROTOCOL.md for the meaning of each. Names may also be written as they are there.
 * @typedef {object} SubscribeOptions
 * @property {string[]} [topics]
 * @property {string} [topicPattern] regular expression; also finds topics that are created later
 * @property {string|number|Date} [from] `latest` (default), `earliest`, `last:100`, `ago:15m`, an offset, a time, `0:1043,3:88`
 * @property {string} [resume] a token from {@link Subscription#checkpoint}
 * @property {string} [where] CEL expression, e.g. `value.t > 30.0`
 * @property {string[]} [fields] of JSON values
 * @property {string|string[]} [key]
 * @property {string} [keyPrefix]
 * @property {Object<string, string>} [headers] exact values
 * @property {string|number[]} [partition]
 * @property {'json'|'text'|'base64'} [format]
 * @property {string|number} [conflate] interval such as `250ms`; a number is milliseconds
 * @property {string} [conflateBy]
 * @property {'log'|'table'} [view]
 * @property {string} [group] consumer group
 * @property {string} [instance]
 * @property {'auto'|'manual'} [commit]
 * @property {number} [limit]
 * @property {'latest'} [until]
 * @property {'earliest'|'latest'|'error'} [reset]
 * @property {'wait'|'skip'|'close'} [slow]
 * @property {number} [maxLag]
 * @property {'read_committed'|'read_uncommitted'} [isolation]
 * @property {number} [window] records held at most (default {@link WINDOW_RECORDS}); not sent
 */

/**
 * All are called one after the other, in the order in which things happened. While a promise that `onRecord` or `onRecords` returned
 * is open, nothing further is handed over. What a handler throws ends the subscription.
 * @typedef {object} Handlers
 * @property {(record: MillraceRecord) => (void|Promise<void>)} [onRecord]
 * @property {(records: MillraceRecord[], at: {topic: string, partition: number, next: number}) => (void|Promise<void>)} [onRecords]
 * @property {(gap: Gap) => void} [onGap]
 * @property {() => void} [onCaughtUp] everything is handed over that was there when the subscription began, or began again
 * @property {(resume: string) => void} [onCheckpoint] everything before this token is handed over
 * @property {(partitions: Place[], generation: number) => void} [onAssigned]
 * @property {(partitions: {topic: string, partition: number}[], deadlineMs: number) => void} [onRevoked] commit before the deadline
 * @property {() => void} [onEnd] `limit` or `until` is reached
 * @property {(error: MillraceError) => void} [onError] the subscription has ended, unless `error.fatal` is false (one topic is gone)
 */

/**
 * @typedef {{name: 'connecting', attempt: number}
 *   | {name: 'open', since: number, node: string}
 *   | {name: 'waiting', attempt: number, retryAt: number, reason: string}
 *   | {name: 'failed', error: MillraceError}
 *   | {name: 'closed'}} ConnectionState
 * `waiting` tries again by itself at `retryAt`; `failed` does not: something has to be changed first.
 */
