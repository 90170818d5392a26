/**
 * Idempotent producers: which sequences a log has seen, so that a batch that is sent again is stored once; and their transactions: which
 * are open, and which were aborted (KIP-98).
 *
 * <p>Start at {@link io.millrace.storage.producer.ProducerStateManager}. Used on the log's shard thread only, and by recovery
 * before there is one; {@link io.millrace.storage.producer.LogTransactions} and {@link
 * io.millrace.storage.producer.TransactionTickets} by any thread.
 */
package io.millrace.storage.producer;
