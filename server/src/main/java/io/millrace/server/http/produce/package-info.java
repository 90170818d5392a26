/**
 * Writing over HTTP (gateway protocol §8): bodies of every accepted kind become records, records go to partitions, and the
 * answer says where each one went.
 *
 * <p>Start at {@link io.millrace.server.http.produce.ProducerRoutes}. The way of a request: {@code RecordFormat} (what the
 * Content-Type means), a {@code BodyParser} of that format, {@code RecordProducer} of the cluster (partitions, idempotency keys, appends), {@code
 * ProduceAnswer}. Runs on event loops; large bodies are parsed on worker threads.
 */
package io.millrace.server.http.produce;
