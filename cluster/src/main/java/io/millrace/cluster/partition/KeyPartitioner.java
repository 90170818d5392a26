package io.millrace.cluster.partition;

import io.millrace.cluster.record.KeyHash;
import java.util.concurrent.atomic.AtomicInteger;

/** Kafka's default partitioning: by the hash of the key; without a key each record goes to the next partition. */
public final class KeyPartitioner implements Partitioner {

    private final AtomicInteger turn = new AtomicInteger();

    @Override
    public int partitionFor(byte[] key, int partitionCount) {
        int number = key == null ? turn.getAndIncrement() & Integer.MAX_VALUE : KeyHash.of(key);
        return number % partitionCount;
    }
}
