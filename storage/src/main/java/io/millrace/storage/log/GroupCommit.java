package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.journal.Journal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes what a shard wrote in one turn durable: all of it with one write of the journal, as far as it has room. What has none
 * (a very large append, or files that are still in use because a checkpoint is late) is forced where it was written.
 *
 * <p>Shard thread only, except {@link #use}.
 */
final class GroupCommit {

    private final LogServices services;
    private final List<Waiting> journaled = new ArrayList<>();
    private final List<SegmentedLog> unjournaled = new ArrayList<>();

    private int appends;
    private int lastAppends;

    /** Null before recovery has ended, and for good when the node has no journals. */
    private volatile Journal journal;

    /** A log whose records below the offset are durable after the next write. */
    private record Waiting(SegmentedLog log, long endOffset) {}

    GroupCommit(LogServices services) {
        this.services = services;
    }

    /** Before the first append. */
    void use(Journal journal) {
        this.journal = journal;
    }

    /**
     * Prepares batches that are about to be written to the segment of a log, under {@code flush.policy=group}. Followed by {@link
     * #written} or {@link #notWritten}.
     *
     * @return the same bytes in direct memory, for the write; null when they do not go through the journal
     */
    ByteBuffer stage(SegmentedLog log, long startOffset, ByteBuffer[] batches, int count, long bytes) {
        Journal to = journal;
        if (to == null
                || bytes > Journal.GROUP_BYTES_MAX
                || !to.accepts((int) bytes)
                // What is in the journal would be said to be durable before what lies below it is forced.
                || unjournaled.contains(log)) {
            return null;
        }
        TopicPartition partition = log.topicPartition();
        ByteBuffer staged = to.stage(partition, startOffset, batches, count);
        if (staged == null) {
            writeJournal();
            staged = to.stage(partition, startOffset, batches, count);
        }
        return staged;
    }

    /**
     * @param staged what {@link #stage} returned
     * @param count of appends that wait for it
     */
    void written(SegmentedLog log, ByteBuffer staged, long endOffset, int count) {
        appends += count;
        if (staged != null) {
            journaled.add(new Waiting(log, endOffset));
        } else if (!unjournaled.contains(log)) {
            unjournaled.add(log);
        }
    }

    /** How many appends the last turn made durable. */
    int lastAppends() {
        return lastAppends;
    }

    /** The write to the segment failed. */
    void notWritten(ByteBuffer staged) {
        if (staged != null) {
            journal.unstage();
        }
    }

    /** Returns when everything is durable, and said so to those who wait. */
    void commit() {
        lastAppends = appends;
        appends = 0;
        writeJournal();
        for (SegmentedLog log : unjournaled) {
            log.flush();
        }
        unjournaled.clear();
    }

    private void writeJournal() {
        if (journaled.isEmpty()) {
            return;
        }
        if (write()) {
            for (Waiting waiting : journaled) {
                waiting.log().flushing().durable(waiting.endOffset());
            }
        }
        journaled.clear();
    }

    private boolean write() {
        if (!services.health().isOnline()) {
            return false;
        }
        long began = System.nanoTime();
        try {
            journal.write();
        } catch (IOException e) {
            services.health().fail("a write of the journal failed", e);
            return false;
        }
        services.metrics().fsynced(System.nanoTime() - began);
        return true;
    }

    /** After a bug: nobody knows what is durable, so nothing more is. */
    void fail(Throwable bug) {
        journaled.clear();
        unjournaled.clear();
        services.health().fail("an internal error while appends were made durable: " + bug, bug);
    }

    /**
     * Notes durably that a log is about to be cut, so that the journal does not bring back what was cut off, and the recovery point
     * does not claim it.
     *
     * @throws LogException.WriteFailed when that is not possible now; nothing was changed
     * @throws IOException final, as for every journal write
     */
    void cut(TopicPartition partition, long offset) throws IOException {
        writeJournal();
        Journal to = journal;
        if (to == null) {
            // Where there should be journals and are none, those of the last run may still be read by the next one.
            if (services.config().journalBytesPerShard() > 0
                    || !services.housekeeper().checkpointNow()) {
                throw cannotCut(partition);
            }
            return;
        }
        if (!stageCut(to, partition, offset)) {
            throw cannotCut(partition);
        }
        to.write();
    }

    private boolean stageCut(Journal to, TopicPartition partition, long offset) {
        if (to.stageCut(partition, offset)) {
            return true;
        }
        // Just after a start the first file may not have been made yet.
        to.makeFile();
        if (to.stageCut(partition, offset)) {
            return true;
        }
        // All files wait for a checkpoint.
        services.housekeeper().checkpointNow();
        return to.stageCut(partition, offset);
    }

    private static LogException.WriteFailed cannotCut(TopicPartition partition) {
        return new LogException.WriteFailed(
                "the log of " + partition
                        + " cannot be cut now, as that cannot be noted in the journal: there is no free"
                        + " journal file, most likely because the disk is full. Nothing was changed, try again later.",
                null);
    }
}
