/**
 * A compacted topic as a table: which record of each key is the newest, and which keys a filter keeps out. Knows nothing of logs,
 * frames and sockets.
 *
 * <p>Start at {@link io.millrace.websocket.table.TableIndex}. It is built on workers and then read on any thread.
 */
package io.millrace.websocket.table;
