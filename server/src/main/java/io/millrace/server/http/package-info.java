/**
 * The HTTP door: one listener for ingest, reads, administration, streams, probes and the dashboard.
 *
 * <p>Start at {@link io.millrace.server.http.HttpListener}, which opens the port and mounts {@link
 * io.millrace.server.http.RouteModule}s; each module owns the routes of one subject ({@code produce}, {@code topic}, {@code
 * read}, {@code page}, and the gateway of the websocket module). Whatever goes wrong ends in {@link
 * io.millrace.server.http.FailureHandler}, the only place that answers with an error.
 *
 * <p>Threads: everything runs on Vert.x event loops, one listener instance on each; an instance owns its connections and needs
 * no locks. Large bodies are inflated and parsed on worker threads.
 */
package io.millrace.server.http;
