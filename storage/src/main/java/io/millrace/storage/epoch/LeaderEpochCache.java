package io.millrace.storage.epoch;

import io.millrace.storage.PartitionLog.EpochEndOffset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The epochs of one log, in memory and, fsynced at each change, in {@link LeaderEpochFile}. An epoch is written down before
 * the first batch of it, and also when no batch ever follows.
 *
 * <p>Changed on the shard thread only (changes block on the disk); read on any thread.
 */
public final class LeaderEpochCache {

    private final LeaderEpochFile file;

    /** Replaced, never changed: readers need no lock. Small: one entry per change of leader. */
    private volatile List<EpochStart> epochs;

    public LeaderEpochCache(LeaderEpochFile file, List<EpochStart> epochs) {
        this.file = file;
        this.epochs = List.copyOf(epochs);
    }

    public OptionalInt latestEpoch() {
        List<EpochStart> now = epochs;
        return now.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(now.get(now.size() - 1).leaderEpoch());
    }

    /** The latest epoch, or -1. */
    public int latestEpochOrNone() {
        List<EpochStart> now = epochs;
        return now.isEmpty() ? -1 : now.get(now.size() - 1).leaderEpoch();
    }

    public List<EpochStart> epochs() {
        return epochs;
    }

    /** The epochs of everything at and above an offset. */
    public List<EpochStart> epochsFrom(long offset) {
        List<EpochStart> now = epochs;
        int first = now.size();
        while (first > 0 && (first == now.size() || now.get(first).startOffset() > offset)) {
            first--;
        }
        return now.subList(first, now.size());
    }

    /** The largest epoch at or below the asked one, and where the next one begins. */
    public Optional<EpochEndOffset> endOffsetFor(int leaderEpoch, long logEndOffset) {
        List<EpochStart> now = epochs;
        for (int i = now.size() - 1; i >= 0; i--) {
            if (now.get(i).leaderEpoch() <= leaderEpoch) {
                long end = i + 1 < now.size() ? now.get(i + 1).startOffset() : logEndOffset;
                return Optional.of(new EpochEndOffset(now.get(i).leaderEpoch(), end));
            }
        }
        return Optional.empty();
    }

    /** Notes a new epoch, durably; does nothing for one that is not newer than the latest. */
    public void begin(int leaderEpoch, long startOffset) throws IOException {
        if (leaderEpoch <= latestEpochOrNone()) {
            return;
        }
        List<EpochStart> next = new ArrayList<>(epochs);
        // An epoch that stayed empty says nothing that the one before it does not say.
        next.removeIf(epoch -> epoch.startOffset() >= startOffset);
        next.add(new EpochStart(leaderEpoch, startOffset));
        replace(next);
    }

    /** Forgets epochs that began at or above an offset that the log is cut to, also those without records. */
    public void truncateTo(long offset) throws IOException {
        List<EpochStart> next = new ArrayList<>(epochs);
        if (next.removeIf(epoch -> epoch.startOffset() >= offset)) {
            replace(next);
        }
    }

    /** Forgets epochs that ended at or below a new log start; the one that spans it begins there from now on. */
    public void advanceStart(long logStartOffset) throws IOException {
        List<EpochStart> now = epochs;
        List<EpochStart> next = new ArrayList<>(now.size());
        for (int i = 0; i < now.size(); i++) {
            EpochStart epoch = now.get(i);
            boolean last = i + 1 == now.size();
            if (last || now.get(i + 1).startOffset() > logStartOffset) {
                next.add(new EpochStart(epoch.leaderEpoch(), Math.max(epoch.startOffset(), logStartOffset)));
            }
        }
        if (!next.equals(now)) {
            replace(next);
        }
    }

    /** Puts what was rebuilt in place of everything; does not write when nothing changes. */
    public void replaceAll(List<EpochStart> rebuilt) throws IOException {
        if (!rebuilt.equals(epochs)) {
            replace(rebuilt);
        }
    }

    private void replace(List<EpochStart> next) throws IOException {
        file.write(next);
        epochs = List.copyOf(next);
    }
}
