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
 */
public record AppendCommand(TopicPartition partition, ByteBuffer batches, Acks acks, int timeoutMs) {}
