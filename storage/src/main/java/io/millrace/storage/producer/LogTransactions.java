package io.millrace.storage.producer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongPredicate;

/**
 * The transactions of one log as its readers need them: up to where everything is decided, and what was aborted below that (KIP-98).
 *
 * <p>Changed by the shard thread; read by any thread without a lock.
 */
public final class LogTransactions {

    /**
     * Aborted transactions remembered per log, some 100 bytes each: a limit on what a client can make grow by aborting. At the limit no
     * transaction begins until retention or compaction has taken old ones away; none is ever forgotten before.
     */
    public static final int ABORTED_MAX = 200_000;

    private static final long OPEN = Long.MAX_VALUE;

    /** First offset to the offset of the marker, {@link #OPEN} before there is one. Without those known to be decided for all readers. */
    private final NavigableMap<Long, Long> undecided = new ConcurrentSkipListMap<>();

    /** By the offset of the marker. */
    private final NavigableMap<Long, AbortedTransaction> aborted = new ConcurrentSkipListMap<>();

    private volatile boolean rebuilding;

    /** The log was cut and is looked through again: until {@link #rebuilt} nothing in it counts as decided. */
    void rebuilding() {
        rebuilding = true;
    }

    void rebuilt() {
        rebuilding = false;
    }

    void opened(long firstOffset) {
        undecided.put(firstOffset, OPEN);
    }

    void undoOpened(long firstOffset) {
        undecided.remove(firstOffset);
    }

    void completed(long producerId, long firstOffset, long markerOffset, boolean commit) {
        undecided.put(firstOffset, markerOffset);
        if (!commit) {
            long stable = firstOpen(markerOffset + 1);
            aborted.put(markerOffset, new AbortedTransaction(producerId, firstOffset, markerOffset, stable));
        }
    }

    void undoCompleted(long firstOffset, long markerOffset) {
        aborted.remove(markerOffset);
        undecided.put(firstOffset, OPEN);
    }

    private long firstOpen(long otherwise) {
        for (Map.Entry<Long, Long> each : undecided.entrySet()) {
            if (each.getValue() == OPEN) {
                return each.getKey();
            }
        }
        return otherwise;
    }

    void load(ProducerSnapshot snapshot) {
        undecided.clear();
        aborted.clear();
        snapshot.completed().forEach(each -> undecided.put(each.firstOffset(), each.lastOffset()));
        snapshot.aborted().forEach(each -> aborted.put(each.lastOffset(), each));
    }

    List<CompletedTransaction> completed() {
        List<CompletedTransaction> completed = new ArrayList<>();
        undecided.forEach((first, last) -> {
            if (last != OPEN) {
                completed.add(new CompletedTransaction(first, last));
            }
        });
        return completed;
    }

    List<AbortedTransaction> aborted() {
        return new ArrayList<>(aborted.values());
    }

    boolean isEmpty() {
        return undecided.isEmpty() && aborted.isEmpty();
    }

    boolean isFull() {
        return aborted.size() >= ABORTED_MAX;
    }

    /**
     * The first offset of the oldest transaction that is open, or whose marker may still be lost because it is not below the high
     * watermark; {@link Long#MAX_VALUE} when there is none. What is decided for this high watermark is not looked at again: it never
     * falls, but with what is cut off. Any thread.
     */
    public long firstUndecided(long highWatermark) {
        if (rebuilding) {
            return 0;
        }
        if (undecided.isEmpty()) {
            return Long.MAX_VALUE;
        }
        for (Map.Entry<Long, Long> each : undecided.entrySet()) {
            long marker = each.getValue();
            if (marker >= highWatermark) {
                return each.getKey();
            }
            undecided.remove(each.getKey(), marker);
        }
        return Long.MAX_VALUE;
    }

    /** The aborted transactions with records at or above one offset and below another, by the offsets of their markers. Any thread. */
    public List<AbortedTransaction> abortedBetween(long fromOffset, long toOffset) {
        if (aborted.isEmpty()) {
            return List.of();
        }
        List<AbortedTransaction> found = new ArrayList<>();
        for (AbortedTransaction each : aborted.tailMap(fromOffset, true).values()) {
            if (each.firstOffset() < toOffset) {
                found.add(each);
            }
            if (each.stableOffset() >= toOffset) {
                break;
            }
        }
        return found;
    }

    /** Forgets what lies below the log start. */
    void forgetBelow(long logStartOffset) {
        aborted.headMap(logStartOffset, false).clear();
    }

    /** Compaction takes a marker away, and before had taken the records of its transaction. Cleaner thread. */
    public void markerRemoved(long offset) {
        aborted.remove(offset);
    }

    /** Forgets those below an offset whose marker is not in the log: a snapshot from before a compaction may name them. */
    public void keepBelow(long offset, LongPredicate markerIsThere) {
        aborted.headMap(offset, false).keySet().removeIf(marker -> !markerIsThere.test(marker));
    }
}
