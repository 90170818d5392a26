package io.millrace.cluster.partition;

/** Chooses the partition of a record that names none. */
public interface Partitioner {

    /**
     * The partition for a key: the same as Kafka's Java producer chooses (murmur2), so that a device keeps its partition
     * whichever protocol it writes with. Without a key the partitions take turns.
     *
     * @param key may be null
     */
    int partitionFor(byte[] key, int partitionCount);
}
