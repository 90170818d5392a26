/**
 * Which records of a stream are sent: by key, headers and a CEL expression.
 *
 * <p>Start at {@link io.millrace.websocket.filter.RecordFilter}, what a client asked for, and {@link
 * io.millrace.websocket.filter.RecordMatcher}, which looks at records. The types of the CEL library stay in this package
 * (docs/decisions/019).
 *
 * <p>Threads: a filter is used by all; a matcher has scratch space and one caller at a time. Compiling an expression takes
 * milliseconds, the first one much longer, so it belongs on a worker.
 */
package io.millrace.websocket.filter;
