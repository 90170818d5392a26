/**
 * Who a client is and what it may: the hook for authentication (gateway protocol §10).
 *
 * <p>Start at {@link io.millrace.websocket.auth.ClientAuthenticator}, which a node is given, and {@link
 * io.millrace.websocket.auth.ClientAccess}, which asks it: for each request with the {@link io.millrace.websocket.auth.Credentials} that {@link
 * io.millrace.websocket.auth.CredentialsReader} found, and again for each {@code auth} message. Any thread; nothing here blocks.
 */
package io.millrace.websocket.auth;
