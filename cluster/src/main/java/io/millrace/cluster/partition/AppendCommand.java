package io.millrace.cluster.partition;

import io.millrace.storage.TopicPartition;
import java.nio.ByteBuffer;

/**
 * Batches to append.
 *
 * @param partition where
 * @param batches whole record batches of format v2; owned by the service from here on (see {@link
 *     io.millrace.storage.PartitionLog#append})
 * @param acks when to answer
 * @param timeoutMs how long to wait for replicas before the answer is REQUEST_TIMED_OUT
 * @param transaction of a batch that belongs to one; null for others
 * @param leaderEpoch the only reign under which it may be stored, {@link #ANY_EPOCH} for any
 */
public record AppendCommand(
        TopicPartition partition,
        ByteBuffer batches,
        Acks acks,
        int timeoutMs,
        ProducerTransaction transaction,
        int leaderEpoch) {

    /** Of {@link #leaderEpoch} when it does not matter. */
    public static final int ANY_EPOCH = -1;

    /** Batches outside of transactions. */
    public AppendCommand(TopicPartition partition, ByteBuffer batches, Acks acks, int timeoutMs) {
        this(partition, batches, acks, timeoutMs, null, ANY_EPOCH);
    }
}
