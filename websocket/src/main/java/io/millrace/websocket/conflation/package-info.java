/**
 * Conflation: of several records about the same thing only the newest is kept. Knows nothing of logs, frames and sockets.
 *
 * <p>Start at {@link io.millrace.websocket.conflation.Conflater}. Nothing here is thread-safe unless it says so: each object
 * belongs to one reader, which may run on an event loop or on a worker.
 */
package io.millrace.websocket.conflation;
