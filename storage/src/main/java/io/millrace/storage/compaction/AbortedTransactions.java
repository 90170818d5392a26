package io.millrace.storage.compaction;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Which records were taken back: for each producer the runs of offsets between the start of a transaction and its abort marker. */
public final class AbortedTransactions {

    private final Map<Long, TreeMap<Long, Long>> lastByFirst = new HashMap<>();
    private int count;

    /**
     * Adds an aborted transaction.
     *
     * @param lastOffset of its marker, or of its last record
     */
    public void add(long producerId, long firstOffset, long lastOffset) {
        lastByFirst.computeIfAbsent(producerId, id -> new TreeMap<>()).put(firstOffset, lastOffset);
        count++;
    }

    /** Whether a transactional batch of a producer at an offset was aborted. */
    public boolean contains(long producerId, long offset) {
        TreeMap<Long, Long> runs = lastByFirst.get(producerId);
        if (runs == null) {
            return false;
        }
        Map.Entry<Long, Long> run = runs.floorEntry(offset);
        return run != null && offset <= run.getValue();
    }

    public int size() {
        return count;
    }
}
