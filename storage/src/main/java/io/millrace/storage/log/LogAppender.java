package io.millrace.storage.log;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.FlushPolicy;
import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.DiskFailure;
import io.millrace.storage.producer.ProducerStateManager;
import io.millrace.storage.producer.ProducerStateManager.Checked;
import io.millrace.storage.producer.ProducerStateManager.Undo;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes appends: {@link #prepare} checks one against the state of the log and gives it its offsets, {@link #writePending}
 * writes what was prepared together. What a failed write did not store is taken back: offsets, sequences and bytes.
 *
 * <p>Shard thread only.
 */
final class LogAppender {

    private static final Logger log = LoggerFactory.getLogger(LogAppender.class);

    private final SegmentedLog owner;
    private final LogServices services;
    private final LogState state;
    private final LogRoller roller;
    private final GroupCommit commit;
    private final ProducerStateManager producers;

    /** Prepared, not written. Bounded by the size of a shard's group. */
    private final List<AppendTask> pending = new ArrayList<>(0);

    private long pendingBytes;
    private long nextOffset;

    LogAppender(
            SegmentedLog owner,
            LogServices services,
            LogState state,
            LogRoller roller,
            GroupCommit commit,
            ProducerStateManager producers) {
        this.owner = owner;
        this.services = services;
        this.state = state;
        this.roller = roller;
        this.commit = commit;
        this.producers = producers;
        this.nextOffset = state.end().offset();
    }

    /**
     * Checks an append and gives it its offsets, or fails it.
     *
     * @return whether this is the first one that waits for {@link #writePending}
     */
    boolean prepare(AppendTask task) {
        try {
            state.requireOpen();
            services.health().requireOnline();
            if (!state.config().mayUseReserve()) {
                services.health().requireSpace();
            }
            beginEpoch(task);
            rollIfNeeded(task);
            if (!checkProducers(task)) {
                assign(task);
            }
        } catch (LogException e) {
            task.completeExceptionally(e);
            return false;
        } catch (IOException e) {
            // Small files and their fsyncs are in it: after a failure nobody knows what is on the disk.
            task.completeExceptionally(
                    DiskFailure.isDiskFull(e)
                            ? failed("preparing an append failed", e)
                            : services.health().fail("preparing an append to " + owner + " failed", e));
            return false;
        }
        pending.add(task);
        return pending.size() == 1;
    }

    /** This replica begins to lead. */
    void leaderEpochBegan() {
        producers.leaderEpochBegan();
    }

    /** An epoch is written down before the first batch of it. */
    private void beginEpoch(AppendTask task) throws IOException {
        int latest = owner.epochs().latestEpochOrNone();
        if (task.leaderEpoch() < latest) {
            throw new LogException.FencedEpoch("an append under leader epoch " + task.leaderEpoch() + " came to "
                    + owner + " after epoch " + latest + " had begun");
        }
        if (task.origin() == AppendOrigin.REPLICATION) {
            checkCopies(task, latest);
        } else if (task.leaderEpoch() > latest) {
            writePending();
            owner.epochs().begin(task.leaderEpoch(), nextOffset);
        }
    }

    /** Batches from the leader keep their offsets and epochs, which must continue the log. */
    private void checkCopies(AppendTask task, int latestEpoch) throws IOException {
        if (task.expectedEndOffset() != AppendTask.ANY_END && task.expectedEndOffset() != nextOffset) {
            throw new LogException.UnexpectedEnd("copied batches were asked from offset " + task.expectedEndOffset()
                    + ", but the log of " + owner + " ends at " + nextOffset + " by now");
        }
        ByteBuffer batches = task.batches();
        long expected = nextOffset;
        int epoch = latestEpoch;
        boolean gap = false;
        for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            long base = BatchHeader.baseOffset(batches, at);
            int batchEpoch = BatchHeader.leaderEpoch(batches, at);
            if (base < expected
                    || base > expected && !task.leaders().mayHaveGapUpTo(base)
                    || BatchHeader.lastOffsetDelta(batches, at) < 0) {
                throw new LogException.CorruptBatch("a copied batch begins at offset " + base + ", but the log of "
                        + owner + " goes on at " + expected);
            }
            gap |= base > expected;
            int known = task.leaders().epochAt(base);
            if (batchEpoch < epoch || batchEpoch > task.leaderEpoch() || known >= 0 && batchEpoch != known) {
                throw new LogException.CorruptBatch("a copied batch at offset " + base + " has leader epoch "
                        + batchEpoch + ", expected "
                        + (known >= 0 ? known : epoch + " to " + task.leaderEpoch()));
            }
            expected = BatchHeader.lastOffset(batches, at) + 1;
            epoch = batchEpoch;
        }
        if (gap) {
            // Whoever copies from here later has to know.
            owner.cleaning().noteGaps(Math.min(task.leaders().gapsBelow(), expected));
        }
        for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            if (BatchHeader.leaderEpoch(batches, at) > owner.epochs().latestEpochOrNone()) {
                writePending();
                owner.epochs().begin(BatchHeader.leaderEpoch(batches, at), BatchHeader.baseOffset(batches, at));
            }
        }
    }

    private void rollIfNeeded(AppendTask task) throws IOException {
        int bytes = task.batches().limit();
        long size = state.end().sizeBytes() + pendingBytes;
        long lastOffset = nextOffset + lastOffsetDelta(task);
        if (RollPolicy.mustRoll(
                state.active(),
                size,
                bytes,
                lastOffset,
                state.config(),
                services.clock().millis())) {
            writePending();
            roller.roll();
        }
    }

    private long lastOffsetDelta(AppendTask task) {
        long delta = -1;
        ByteBuffer batches = task.batches();
        for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            delta = task.origin() == AppendOrigin.REPLICATION
                    ? BatchHeader.lastOffset(batches, at) - nextOffset
                    : delta + BatchHeader.lastOffsetDelta(batches, at) + 1L;
        }
        return delta;
    }

    /**
     * Checks the sequences and remembers them.
     *
     * @return whether all of it is in the log already; the outcome is set then
     */
    private boolean checkProducers(AppendTask task) {
        ByteBuffer batches = task.batches();
        long now = services.clock().millis();
        long offset = nextOffset;
        AppendResult duplicate = null;
        int duplicates = 0;
        try {
            for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
                if (task.origin() == AppendOrigin.COORDINATOR && BatchHeader.isControl(batches, at)) {
                    producers.checkMarker(batches, at, task.isStrictMarker(), now);
                }
                if (task.origin() != AppendOrigin.CLIENT) {
                    long base =
                            task.origin() == AppendOrigin.REPLICATION ? BatchHeader.baseOffset(batches, at) : offset;
                    task.addUndo(producers.update(batches, at, base, now));
                } else {
                    Checked checked = producers.checkAndUpdate(batches, at, offset, now, task.ticket());
                    task.addUndo(checked.undo());
                    if (checked.duplicateOf() != null) {
                        long base = duplicate == null ? checked.duplicateOf().baseOffset() : duplicate.baseOffset();
                        duplicate =
                                new AppendResult(base, checked.duplicateOf().lastOffset(), -1, logStartOffset(), true);
                        duplicates++;
                    }
                }
                offset += BatchHeader.lastOffsetDelta(batches, at) + 1L;
            }
            if (duplicates > 0 && duplicates < task.batchCount()) {
                throw new LogException.OutOfOrderSequence("an append to " + owner + " holds " + duplicates
                        + " batches that were stored before and others that were not: send them one by one");
            }
        } catch (LogException e) {
            undo(task);
            throw e;
        }
        task.outcome(duplicate);
        return duplicate != null;
    }

    private void assign(AppendTask task) {
        ByteBuffer batches = task.batches();
        long base = nextOffset;
        if (task.origin() == AppendOrigin.REPLICATION) {
            base = BatchHeader.baseOffset(batches, 0);
            nextOffset += lastOffsetDelta(task) + 1;
        } else {
            for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
                BatchHeader.assign(batches, at, nextOffset, task.leaderEpoch());
                nextOffset += BatchHeader.lastOffsetDelta(batches, at) + 1L;
            }
        }
        task.outcome(new AppendResult(base, nextOffset - 1, task.logAppendTimeMs(), logStartOffset(), false));
        pendingBytes += batches.limit();
    }

    private long logStartOffset() {
        return state.offsets().logStartOffset();
    }

    /** Writes what was prepared, publishes it and completes the appends. */
    void writePending() {
        if (pending.isEmpty()) {
            return;
        }
        ByteBuffer[] buffers = new ByteBuffer[pending.size()];
        int count = 0;
        int batches = 0;
        for (AppendTask task : pending) {
            if (task.hasBytes()) {
                buffers[count++] = task.batches();
                batches += task.batchCount();
            }
        }
        if (count > 0 && !write(buffers, count, batches)) {
            return;
        }
        List<AppendTask> done = List.copyOf(pending);
        pending.clear();
        pendingBytes = 0;
        for (AppendTask task : done) {
            task.complete(task.outcome());
        }
        if (count > 0 && state.config().flushPolicy() == FlushPolicy.OS) {
            owner.flushing().durable(nextOffset);
        }
    }

    private boolean write(ByteBuffer[] buffers, int count, int batches) {
        Segment segment = state.active();
        LogEnd end = state.end();
        int position = end.sizeBytes();
        boolean group = state.config().flushPolicy() == FlushPolicy.GROUP;
        ByteBuffer staged = group ? commit.stage(owner, end.offset(), buffers, count, pendingBytes) : null;
        long began = System.nanoTime();
        try {
            segment.write(staged != null ? new ByteBuffer[] {staged} : duplicates(buffers, count));
        } catch (IOException e) {
            commit.notWritten(staged);
            undoWrite(segment, e);
            return false;
        }
        services.metrics().appended(batches, (int) pendingBytes, System.nanoTime() - began);
        services.housekeeper().written(pendingBytes);
        for (AppendTask task : pending) {
            if (task.hasBytes()) {
                position = note(segment, task, position);
            }
        }
        segment.publish(position);
        state.end(new LogEnd(nextOffset, segment, position));
        if (group) {
            commit.written(owner, staged, nextOffset, count);
        }
        return true;
    }

    private static ByteBuffer[] duplicates(ByteBuffer[] buffers, int count) {
        ByteBuffer[] duplicates = new ByteBuffer[count];
        for (int i = 0; i < count; i++) {
            duplicates[i] = buffers[i].duplicate();
        }
        return duplicates;
    }

    private int note(Segment segment, AppendTask task, int start) {
        ByteBuffer batches = task.batches();
        int interval = state.config().indexIntervalBytes();
        for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            segment.note(batches, at, start + at, interval);
        }
        state.tail().add(task.outcome().baseOffset(), task.outcome().lastOffset(), batches);
        return start + batches.limit();
    }

    private void undoWrite(Segment segment, IOException cause) {
        LogException failure = failed("a write to " + segment + " failed", cause);
        try {
            segment.undoWrite();
        } catch (IOException e) {
            e.addSuppressed(cause);
            failure = services.health().fail("a failed write to " + segment + " could not be undone", e);
        }
        nextOffset = state.end().offset();
        List<AppendTask> failed = new ArrayList<>(pending);
        pending.clear();
        pendingBytes = 0;
        for (int i = failed.size() - 1; i >= 0; i--) {
            undo(failed.get(i));
        }
        for (AppendTask task : failed) {
            task.completeExceptionally(failure);
        }
    }

    private void undo(AppendTask task) {
        List<Undo> undos = task.undos();
        for (int i = undos.size() - 1; i >= 0; i--) {
            producers.undo(undos.get(i));
        }
    }

    private LogException failed(String what, IOException cause) {
        log.warn(
                "topic={} partition={} {}",
                state.partition().topic(),
                state.partition().partition(),
                what,
                cause);
        if (DiskFailure.isDiskFull(cause)) {
            services.health().expectSpaceChange();
            return new LogException.DiskFull(
                    "the disk is full: nothing was stored. Free some space and try again.", cause);
        }
        return new LogException.WriteFailed(what + ", nothing was stored: " + cause.getMessage(), cause);
    }

    /** Something that must not happen did, in the middle of a write: fails what waits and refuses what comes. */
    void abandon(Throwable bug) {
        log.error(
                "Writing to the log {} failed in a way that was not expected; it is refused until a restart",
                owner,
                bug);
        LogException why =
                new LogException.Closed("the log of " + owner + " was closed after an internal error: " + bug);
        List<AppendTask> failed = new ArrayList<>(pending);
        pending.clear();
        pendingBytes = 0;
        owner.flushing().abandon(why);
        for (AppendTask task : failed) {
            task.completeExceptionally(why);
        }
    }

    /** The log was cut or rolled: appends go on at its end. */
    void reset() {
        nextOffset = state.end().offset();
    }
}
