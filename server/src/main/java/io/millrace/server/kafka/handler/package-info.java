/**
 * What Kafka requests mean: one handler per API key, all listed in {@link io.millrace.server.kafka.handler.ApiHandlers}.
 *
 * <p>Start at {@link io.millrace.server.kafka.handler.ApiHandler}. Handlers are stateless and shared by all event loops; they
 * run on the event loop of the connection, never block, and answer with a future that completes there. Kafka's message and
 * record classes are used here and in {@link io.millrace.server.kafka} only; everything behind sees the types of {@link
 * io.millrace.cluster}.
 */
package io.millrace.server.kafka.handler;
