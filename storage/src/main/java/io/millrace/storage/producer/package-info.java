/**
 * Idempotent producers: which sequences a log has seen, so that a batch that is sent again is stored once (KIP-98).
 *
 * <p>Start at {@link io.millrace.storage.producer.ProducerStateManager}. Used on the log's shard thread only, and by recovery
 * before there is one.
 */
package io.millrace.storage.producer;
