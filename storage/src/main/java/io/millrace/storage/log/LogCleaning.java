package io.millrace.storage.log;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.checkpoint.FirstDirtyFile;
import io.millrace.storage.compaction.CleanableSegment;
import io.millrace.storage.compaction.CompactionAborted;
import io.millrace.storage.compaction.CompactionPlan;
import io.millrace.storage.compaction.CompactionPolicy;
import io.millrace.storage.compaction.CompactionTarget;
import io.millrace.storage.compaction.SegmentGroup;
import io.millrace.storage.compaction.SegmentSwap;
import io.millrace.storage.file.DiskFailure;
import io.millrace.storage.producer.LogTransactions;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What compaction knows of a log, and the one moment in which it changes it. A compaction runs for long and beside everything
 * else; only while it exchanges files it keeps truncation, retention and closing out, and it looks before whether they were
 * there. Appends and reads never wait.
 *
 * <p>{@link #exclusively} and {@link #wasCut} on the shard thread, {@link #recoveryPointWritten} on the housekeeping thread, the
 * rest on the cleaner thread where nothing else is said.
 */
final class LogCleaning implements CompactionTarget {

    private final LogServices services;
    private final LogState state;
    private final LogFlush flush;
    private final FirstDirtyFile file;
    private final LogTransactions transactions;

    /** Held while segments are exchanged or removed. */
    private final Lock files = new ReentrantLock();

    private volatile LongSupplier stableOffset = () -> 0;
    private volatile long firstDirty;

    /** Below it there may be offsets without a batch; 0 when the file was never written. */
    private volatile long gapsBelow;

    /** Where the log ended when it was opened. */
    private final long openedEnd;

    /** Recovery may read from here on, by the checkpoint that is on the disk: not by one that is yet to be written. */
    private volatile long recoveryPoint;

    private volatile boolean stopping;

    /** How often the files were changed by somebody else. */
    private final AtomicInteger changes = new AtomicInteger();

    LogCleaning(LogServices services, LogState state, LogFlush flush, RecoveredLog recovered) {
        this.services = services;
        this.state = state;
        this.flush = flush;
        this.file = new FirstDirtyFile(services.disk(), state.directory());
        this.transactions = recovered.producers().transactions();
        this.firstDirty = Math.min(recovered.firstDirty(), state.end().offset());
        this.recoveryPoint = recovered.recoveryPoint();
        this.openedEnd = state.end().offset();
        this.gapsBelow = recovered.mayHaveGaps() ? openedEnd : 0;
    }

    /** See {@link io.millrace.storage.PartitionLog#compactBelow}. */
    void stableOffset(LongSupplier offset) {
        this.stableOffset = offset;
    }

    /** Recovery points are on the disk. */
    void recoveryPointWritten(long offset) {
        recoveryPoint = offset;
    }

    /** See {@link io.millrace.storage.LogHistory#gapsBelow}. Any thread. */
    long gapsBelow() {
        // Logs from before gaps were noted.
        return state.config().compact() ? Math.max(gapsBelow, openedEnd) : gapsBelow;
    }

    /** Gaps may come below an offset. Durable on return. Cleaner thread or, for what is copied, shard thread. */
    void noteGaps(long below) throws IOException {
        if (below <= gapsBelow) {
            return;
        }
        files.lock();
        try {
            if (!file.exists()) {
                file.write(firstDirty);
            }
            gapsBelow = Math.max(gapsBelow, below);
        } finally {
            files.unlock();
        }
    }

    /** What could be compacted, and whether it should; empty when the log is not one to compact. */
    Optional<CompactionPlan> plan(long nowMs) throws IOException {
        LogConfig config = state.config();
        if (!config.compact() || state.refusal() != null) {
            return Optional.empty();
        }
        LogEnd end = state.end();
        List<CleanableSegment> segments = new ArrayList<>();
        for (Segment segment :
                state.segments().headMap(end.active().baseOffset(), true).values()) {
            long endOffset = segment == end.active() ? end.offset() : state.endOffsetOf(segment);
            segments.add(new CleanableSegment(segment, endOffset, LogReader.readableBytes(segment, end)));
        }
        long limit = Math.min(
                Math.min(stableOffset.getAsLong(), unscannedBelow()),
                end.active().baseOffset());
        long from = Math.max(firstDirty, state.offsets().logStartOffset());
        return Optional.of(CompactionPolicy.plan(segments, from, limit, config.compaction(), nowMs));
    }

    /** A recovery would not look at anything below it: by what is on the disk, and still is after a cut. */
    private long unscannedBelow() {
        return Math.min(recoveryPoint, flush.recoveryPoint());
    }

    /** Whether the active segment is so old that it should be closed, although nobody appends. */
    boolean isActiveOld(long nowMs) {
        LogEnd end = state.end();
        return end.sizeBytes() > 0 && RollPolicy.isTooOld(end.active(), state.config(), nowMs);
    }

    @Override
    public void requireGoingOn() {
        if (stopping) {
            throw new CompactionAborted("the node is stopping");
        }
        if (state.refusal() != null) {
            throw new CompactionAborted("the log was closed or deleted");
        }
        if (!state.config().compact()) {
            throw new CompactionAborted("the log is not compacted any more");
        }
    }

    @Override
    public void markerRemoved(long offset) {
        transactions.markerRemoved(offset);
    }

    @Override
    public void replace(SegmentGroup group) throws IOException {
        SegmentSwap swap = new SegmentSwap(services.disk(), state.directory(), group);
        files.lock();
        try {
            requireGoingOn();
            services.health().requireOnline();
            requireUnchanged(group);
            noteGaps(group.endOffset());
            pin(group);
            try {
                commit(swap);
            } catch (IOException e) {
                // Taken back, for want of space: the old segments stay.
                group.segments().forEach(old -> old.segment().unpin());
                throw e;
            }
            exchange(swap, group);
        } finally {
            files.unlock();
        }
        swap.removeReplaced();
        services.health().expectSpaceChange();
    }

    @Override
    public LogException forceFailed(IOException cause) {
        return services.health().fail("an fsync of a compacted segment of " + state.partition() + " failed", cause);
    }

    /** Readers that know the old segments go on with these files, whatever happens to their names. */
    private static void pin(SegmentGroup group) throws IOException {
        for (CleanableSegment old : group.segments()) {
            old.segment().pin();
        }
    }

    private void requireUnchanged(SegmentGroup group) {
        for (CleanableSegment old : group.segments()) {
            if (state.segments().get(old.baseOffset()) != old.segment()
                    || old.segment().sizeBytes() != old.sizeBytes()
                    || state.endOffsetOf(old.segment()) != old.endOffset()
                    || old.endOffset() > unscannedBelow()) {
                throw new CompactionAborted("segments were cut or removed meanwhile");
            }
        }
    }

    private void commit(SegmentSwap swap) throws IOException {
        try {
            swap.commit();
        } catch (IOException e) {
            if (!DiskFailure.isDiskFull(e)) {
                throw services.health()
                        .fail("putting a compacted segment of " + state.partition() + " in place failed", e);
            }
            try {
                swap.undoCommit();
            } catch (IOException undo) {
                undo.addSuppressed(e);
                throw services.health().fail("a compaction of " + state.partition() + " could not be undone", undo);
            }
            throw e;
        }
    }

    private void exchange(SegmentSwap swap, SegmentGroup group) {
        Segment first = group.segments().get(0).segment();
        try {
            swap.replace();
            Segment compacted = Segment.open(
                    services.disk(), services.files(), state.directory(), group.baseOffset(), first.createdMs());
            if (!compacted.hasIndexes()) {
                throw new IOException("the indexes of " + compacted + " were written and are not there");
            }
            state.segments().put(group.baseOffset(), compacted);
        } catch (IOException e) {
            throw services.health().fail("putting a compacted segment of " + state.partition() + " in place failed", e);
        }
        for (CleanableSegment old : group.segments()) {
            if (old.segment() != first) {
                state.segments().remove(old.baseOffset());
            }
        }
        // A reader that comes to one of them now finds it closed, looks again, and finds the new one.
        for (CleanableSegment old : group.segments()) {
            old.segment().close();
            old.segment().unpin();
        }
    }

    /** Everything below an offset was compacted. Durable on return. */
    void compactedBelow(long offset) throws IOException {
        files.lock();
        try {
            requireGoingOn();
            long reached = Math.min(offset, state.end().offset());
            if (reached > firstDirty) {
                file.write(reached);
                firstDirty = reached;
            }
        } finally {
            files.unlock();
        }
    }

    /** Runs a change of the files while none are exchanged. */
    <T> T exclusively(ControlTask.Action<T> change) throws IOException {
        files.lock();
        changes.incrementAndGet();
        try {
            return change.run();
        } finally {
            files.unlock();
        }
    }

    /** The log was cut; called within {@link #exclusively}. */
    void wasCut() throws IOException {
        long end = state.end().offset();
        if (firstDirty > end) {
            file.write(end);
            firstDirty = end;
        }
    }

    /** A compaction that is running ends soon; none begins. */
    void stop() {
        stopping = true;
    }

    /** Grows when somebody else changes the files: explains why one of them could not be read. */
    int changes() {
        return changes.get();
    }

    LogState state() {
        return state;
    }
}
