package io.millrace.cluster.partition;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.utils.Utils;

/** Kafka's default partitioning: murmur2 of the key; without a key each record goes to the next partition. */
public final class KeyPartitioner implements Partitioner {

    private final AtomicInteger turn = new AtomicInteger();

    @Override
    public int partitionFor(byte[] key, int partitionCount) {
        int number = key == null ? turn.getAndIncrement() : Utils.murmur2(key);
        return Utils.toPositive(number) % partitionCount;
    }
}
