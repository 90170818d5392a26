package io.millrace.storage;

import io.millrace.storage.epoch.EpochStart;
import java.util.List;

/**
 * What a log knows of its batches without looking at them. A leader sends it with what it has read: base offset and leader epoch of a
 * batch are under no checksum, and whoever copies it finds out by this whether they were damaged on the leader's disk or on the way.
 *
 * @param epochs where leader epochs began, oldest first: those of the batches in question, at least
 * @param gapsBelow compaction may have left offsets without a batch below it, and nothing else does
 * @param beginsAt the base offset of the first batch where the log start lies within that batch, -1 elsewhere
 */
public record LogHistory(List<EpochStart> epochs, long gapsBelow, long beginsAt) {

    /** Nothing is known: gaps may be anywhere. */
    public static final LogHistory UNKNOWN = new LogHistory(List.of(), Long.MAX_VALUE, -1);

    public LogHistory {
        epochs = List.copyOf(epochs);
    }

    /** Of batches that begin where they were asked for. */
    public LogHistory(List<EpochStart> epochs, long gapsBelow) {
        this(epochs, gapsBelow, -1);
    }

    /** The same of batches the first of which begins below the log start. */
    public LogHistory beginningAt(long baseOffset) {
        return new LogHistory(epochs, gapsBelow, baseOffset);
    }

    /** Whether there may be no batch between an offset and the base offset of the next batch, above it. */
    public boolean mayHaveGapUpTo(long baseOffset) {
        return baseOffset <= gapsBelow;
    }

    /** The leader epoch of the batch at an offset, -1 when it is not known. */
    public int epochAt(long offset) {
        for (int i = epochs.size() - 1; i >= 0; i--) {
            if (epochs.get(i).startOffset() <= offset) {
                return epochs.get(i).leaderEpoch();
            }
        }
        return -1;
    }
}
