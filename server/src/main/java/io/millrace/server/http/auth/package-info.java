/**
 * Credentials of pages: tickets for streams. Start at {@link io.millrace.server.http.auth.TicketRoutes}. Everything runs on the event loop of the
 * request's connection.
 */
package io.millrace.server.http.auth;
