/**
 * What makes a record that is sent twice be stored once, without a producer's sequence numbers: a mark in a header of the record, and the
 * leader's memory of the marks of the last minutes. The marks are in the log, so the next leader knows them too.
 *
 * <p>Start at {@link io.millrace.cluster.idempotence.IdempotencyMark}; who asks the memory is {@code OnceAppends}. Nothing here waits for
 * anything; {@link io.millrace.cluster.idempotence.KeyMemory} is guarded by whoever holds it.
 */
package io.millrace.cluster.idempotence;
