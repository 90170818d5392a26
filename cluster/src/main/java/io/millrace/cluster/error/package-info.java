/**
 * The one catalogue of errors: Kafka code, HTTP status, WebSocket close code and what the client may safely do, for every
 * protocol. Start at {@link io.millrace.cluster.error.ErrorCode}.
 *
 * <p>It lies below the protocols (not in the server module) because the gateway and the server both answer with it.
 * Immutable; any thread.
 */
package io.millrace.cluster.error;
