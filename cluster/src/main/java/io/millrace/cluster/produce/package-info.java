/**
 * Writing records on behalf of clients that are not Kafka's (HTTP, WebSockets): partitions are chosen, records are gathered into batches
 * and stored by whoever leads, and each gets an answer of its own. With an idempotency key a record is stored once, however often it is
 * sent, to whatever node.
 *
 * <p>Start at {@link io.millrace.cluster.produce.RecordProducer}. Called on event loops; never blocks.
 */
package io.millrace.cluster.produce;
