package io.millrace.cluster.coordinator;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The partitions of {@code __consumer_offsets} that this node coordinates now, by their number. Thread-safe. */
final class Reigns {

    private final Map<Integer, Reign> byPartition = new ConcurrentHashMap<>();

    /** The present one, or null. */
    Reign of(int partition) {
        return byPartition.get(partition);
    }

    boolean isPresent(Reign reign) {
        return byPartition.get(reign.partition().partition()) == reign;
    }

    void begin(Reign reign) {
        byPartition.put(reign.partition().partition(), reign);
    }

    void end(int partition) {
        byPartition.remove(partition);
    }

    Set<Integer> partitions() {
        return Set.copyOf(byPartition.keySet());
    }
}
