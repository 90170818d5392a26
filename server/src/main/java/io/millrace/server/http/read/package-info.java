/**
 * Stateless reads over HTTP (gateway protocol §9): records from a position, waiting for them if asked.
 *
 * <p>Start at {@link io.millrace.server.http.read.ReadRoutes}. Positions and the JSON of records are the gateway's. Requests live
 * on their event loop; batches are read and turned into JSON on worker threads.
 */
package io.millrace.server.http.read;
