/**
 * Consumer groups over HTTP (gateway protocol §9): how far they are.
 *
 * <p>Start at {@link io.millrace.server.http.group.GroupRoutes}. Runs on event loops.
 */
package io.millrace.server.http.group;
