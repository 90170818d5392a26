/**
 * One connection's life, from its first checkpoint to its close.
 *
 * <p>Start at {@link io.millrace.websocket.session.StreamConnection}: it has one {@link
 * io.millrace.websocket.session.StreamSubscription}, or, with a subprotocol, as many as its client asked for ({@link
 * io.millrace.websocket.session.ClientRequests}). A subscription decides what is sent next; its {@link
 * io.millrace.websocket.session.StreamOutput} writes it in the form of the connection, through the connection's {@link
 * io.millrace.websocket.session.Outlet}, of which there is one kind for each transport. All connections of one event loop live in an {@link
 * io.millrace.websocket.session.EventLoopSessions}, which ticks their {@link io.millrace.websocket.session.KeepAlive}s. Everything belongs
 * to the event loop of its connection.
 */
package io.millrace.websocket.session;
