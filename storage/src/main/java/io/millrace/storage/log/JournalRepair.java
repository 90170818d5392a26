package io.millrace.storage.log;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.journal.JournalIndex;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes to a log, at start, what its journal has and its segments have lost in a crash. One log, one thread; nobody is served
 * yet.
 */
final class JournalRepair {

    private final LogServices services;
    private final LogState state;
    private final JournalIndex journal;
    private Segment active;
    private int position;
    private long endOffset;
    private int newestEpoch = -1;
    private boolean directoryChanged;

    JournalRepair(LogServices services, LogState state, JournalIndex journal) {
        this.services = services;
        this.state = state;
        this.journal = journal;
    }

    /**
     * The entries that continue a log which ends at an offset; none when it has all that was durable. Null when the journal has
     * later records, but not those in between.
     */
    List<JournalIndex.Entry> missingFrom(long logEndOffset) {
        return journal.missingFrom(state.partition(), logEndOffset);
    }

    /** Appends the entries to the last segment; everything is forced on return, except the directory. */
    void write(List<JournalIndex.Entry> missing, long logEndOffset) throws IOException {
        active = state.segments().lastEntry().getValue();
        position = active.sizeBytes();
        endOffset = logEndOffset;
        for (JournalIndex.Entry entry : missing) {
            ByteBuffer batches = journal.read(entry);
            int from = 0;
            while (from < batches.limit() && BatchHeader.lastOffset(batches, from) < endOffset) {
                from += BatchHeader.sizeBytes(batches, from);
            }
            int to = from;
            long last = endOffset;
            while (to < batches.limit() && BatchHeader.lastOffset(batches, to) < entry.endOffset()) {
                last = BatchHeader.lastOffset(batches, to);
                to += BatchHeader.sizeBytes(batches, to);
            }
            if (to > from) {
                append(batches.limit(to).position(from).slice(), last);
            }
        }
        active.force();
    }

    private void append(ByteBuffer batches, long lastOffset) throws IOException {
        long now = services.clock().millis();
        if (RollPolicy.mustRoll(active, position, batches.limit(), lastOffset, state.config(), now)) {
            roll(now);
        }
        active.write(batches.duplicate());
        int interval = state.config().indexIntervalBytes();
        for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            active.note(batches, at, position + at, interval);
            newestEpoch = Math.max(newestEpoch, BatchHeader.leaderEpoch(batches, at));
        }
        position += batches.limit();
        active.publish(position);
        endOffset = lastOffset + 1;
    }

    private void roll(long now) throws IOException {
        active.seal();
        active.force();
        active.forceIndexes();
        active = Segment.create(services.disk(), services.files(), state.directory(), endOffset, now);
        state.segments().put(endOffset, active);
        position = 0;
        directoryChanged = true;
    }

    /** Where the log ends now. */
    long endOffset() {
        return endOffset;
    }

    /** Of what was written, or -1. */
    int newestEpoch() {
        return newestEpoch;
    }

    boolean directoryChanged() {
        return directoryChanged;
    }
}
