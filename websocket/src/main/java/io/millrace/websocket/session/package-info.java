/**
 * One connection's life, from its first checkpoint to its close.
 *
 * <p>Start at {@link io.millrace.websocket.session.StreamSession}. It writes to an {@link
 * io.millrace.websocket.session.Outlet}, of which there is one kind for each transport. All sessions of one event loop live in
 * an {@link io.millrace.websocket.session.EventLoopSessions}, which ticks their {@link
 * io.millrace.websocket.session.KeepAlive}s. Everything belongs to the event loop of its connection.
 */
package io.millrace.websocket.session;
