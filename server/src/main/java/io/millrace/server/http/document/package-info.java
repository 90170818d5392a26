/**
 * What this server says about itself to tools: {@code /openapi.json} of the routes that are really there, {@code /asyncapi.json} of the topics
 * that the caller can see.
 *
 * <p>Start at {@link io.millrace.server.http.document.DocumentRoutes}. What a route means is written down in {@code
 * documents/openapi.json} on the class path, a row for each, and what a parameter of a stream means in {@code documents/stream-parameters.json}; tests compare. Runs on event loops.
 */
package io.millrace.server.http.document;
