/**
 * The push gateway: topics as streams over WebSocket, SSE and NDJSON. {@code PROTOCOL.md} beside this module says what goes over
 * the wire.
 *
 * <p>Start at {@link io.millrace.websocket.StreamGateway}. A stream's way: {@code StreamGateway} → {@code SubscriptionResolver} →
 * {@code StreamConnection} → {@code StreamSubscription} → {@code SharedStream} (live) or {@code LogReader} (behind) → {@code SharedFrame} → {@code Outlet}.
 *
 * <p>Threads: everything runs on Vert.x event loops and nothing blocks them. A session belongs to the loop of its connection; a
 * shared stream is used by all loops.
 */
package io.millrace.websocket;
