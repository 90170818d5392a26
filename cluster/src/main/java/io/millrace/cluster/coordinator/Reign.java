package io.millrace.cluster.coordinator;

import io.millrace.storage.TopicPartition;

/**
 * The time in which this node leads a partition and coordinates the groups in it. What is written under it is refused by the log once
 * another one has begun.
 */
final class Reign {

    private final TopicPartition partition;
    private final int epoch;

    /** The high watermark when the library had read the log; -1 before. */
    private volatile long committedOffset = -1;

    Reign(TopicPartition partition, int epoch) {
        this.partition = partition;
        this.epoch = epoch;
    }

    TopicPartition partition() {
        return partition;
    }

    int epoch() {
        return epoch;
    }

    long committedOffset() {
        return committedOffset;
    }

    void committed(long offset) {
        committedOffset = offset;
    }
}
