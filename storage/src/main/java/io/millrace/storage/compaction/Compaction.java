package io.millrace.storage.compaction;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.ControlMarker;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFailure;
import io.millrace.storage.file.OpenFiles;
import io.millrace.storage.producer.ProducerEnd;
import io.millrace.storage.segment.SegmentReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One compaction of one log, in three walks: over the headers of the dirty part, to learn which transactions were aborted; over
 * its keys, to learn the newest offset of each; over everything from the log start, to write what stays into new segments. Reads
 * and appends go on beside it.
 *
 * <p>Cleaner thread.
 */
public final class Compaction {

    /**
     * What it works with.
     *
     * @param directory of the log
     * @param producerEnds taken after the plan was made: last sequences that must not be lost
     */
    public record Setting(
            Disk disk,
            OpenFiles files,
            Path directory,
            LogConfig config,
            BatchRewriter rewriter,
            int mapBytes,
            CleanerThrottle throttle,
            Map<Long, ProducerEnd> producerEnds,
            long nowMs) {}

    private final Setting setting;
    private final CompactionPlan plan;
    private final CompactionTarget target;
    private final BatchSource source;
    private final CompactionStats stats = new CompactionStats();

    private long dirtyRecords;

    public Compaction(Setting setting, CompactionPlan plan, CompactionTarget target) {
        this.setting = setting;
        this.plan = plan;
        this.target = target;
        this.source = new BatchSource(target, setting.throttle());
    }

    /**
     * Compacts.
     *
     * @return the first dirty offset from now on
     * @throws CompactionAborted when the log changed under it
     * @throws IOException when something could not be read or written; what was exchanged before stays
     */
    public long run() throws IOException {
        TransactionScan transactions = scanTransactions();
        long limit = Math.min(plan.limit(), transactions.decidedBelow());
        if (limit <= plan.firstDirty()) {
            return plan.firstDirty();
        }
        OffsetMap newest = OffsetMap.forKeys(dirtyRecords, setting.mapBytes());
        long reach = fill(newest, limit, transactions.aborted());
        BatchFilter filter = new BatchFilter(
                setting.rewriter(),
                newest,
                reach,
                transactions.aborted(),
                setting.producerEnds(),
                setting.nowMs(),
                setting.config().compaction().deleteRetentionMs(),
                stats,
                target::markerRemoved);
        List<CleanableSegment> touched = plan.segments().stream()
                .filter(segment -> segment.baseOffset() < reach && segment.endOffset() <= plan.limit())
                .toList();
        for (int first = 0; first < touched.size(); ) {
            first += rewriteGroup(touched.subList(first, touched.size()), filter);
        }
        return reach;
    }

    private TransactionScan scanTransactions() throws IOException {
        TransactionScan scan = new TransactionScan();
        boolean[] goOn = {true};
        for (CleanableSegment segment : plan.segments()) {
            if (!goOn[0] || segment.endOffset() <= plan.firstDirty()) {
                continue;
            }
            int size = segment.sizeBytes();
            SegmentReader headers = new SegmentReader(segment.segment());
            SegmentReader bodies = new SegmentReader(segment.segment());
            headers.visit(headers.positionOf(plan.firstDirty(), size), size, (window, at, position) -> {
                target.requireGoingOn();
                boolean control = BatchHeader.isControl(window, at);
                if (!control && BatchHeader.baseOffset(window, at) < plan.limit()) {
                    dirtyRecords += BatchHeader.recordsCount(window, at);
                }
                int marker = control ? ControlMarker.typeOf(bodies.batchAt(position, size), 0) : ControlMarker.NONE;
                goOn[0] = scan.add(window, at, marker);
                return goOn[0];
            });
        }
        return scan;
    }

    /** Notes the keys of the dirty part; returns the offset up to which the map knows all of them. */
    private long fill(OffsetMap newest, long limit, AbortedTransactions aborted) throws IOException {
        long[] reach = {limit};
        for (CleanableSegment segment : plan.segments()) {
            if (segment.endOffset() <= plan.firstDirty()) {
                continue;
            }
            if (segment.baseOffset() >= reach[0] || stats.mapFull()) {
                break;
            }
            source.read(segment, plan.firstDirty(), batch -> {
                if (BatchHeader.baseOffset(batch, 0) < reach[0] && hasKeys(batch, aborted)) {
                    note(batch, newest, reach);
                }
            });
        }
        return reach[0];
    }

    private static boolean hasKeys(ByteBuffer batch, AbortedTransactions aborted) {
        return !BatchHeader.isControl(batch, 0)
                && BatchHeader.recordsCount(batch, 0) > 0
                && !(BatchHeader.isTransactional(batch, 0)
                        && aborted.contains(BatchHeader.producerId(batch, 0), BatchHeader.baseOffset(batch, 0)));
    }

    private void note(ByteBuffer batch, OffsetMap newest, long[] reach) {
        try {
            setting.rewriter().forEach(batch, (offset, key) -> {
                if (offset >= reach[0]) {
                    return false;
                }
                if (key != null && offset >= plan.firstDirty() && !newest.put(key, offset)) {
                    stats.mapIsFull();
                    reach[0] = offset;
                    return false;
                }
                return true;
            });
        } catch (LogException.CorruptBatch e) {
            // It is kept whole, so its records need not stand for older ones.
        }
    }

    /** Rewrites as many segments as fit into one, at least the first; returns how many. */
    private int rewriteGroup(List<CleanableSegment> segments, BatchFilter filter) throws IOException {
        long base = segments.get(0).baseOffset();
        CleanedSegment cleaned = new CleanedSegment(
                setting.disk(),
                setting.files(),
                setting.directory(),
                base,
                setting.config().indexIntervalBytes());
        boolean done = false;
        try {
            int count = 0;
            boolean changed = false;
            boolean goesOn = true;
            while (goesOn) {
                CleanableSegment next = count + 1 < segments.size() ? segments.get(count + 1) : null;
                Copy copy = new Copy(segments.get(count), base, next);
                source.read(segments.get(count), 0, batch -> copy.add(batch, filter, cleaned));
                changed |= copy.changed;
                goesOn = copy.goesOn;
                count++;
            }
            SegmentGroup group = new SegmentGroup(segments.subList(0, count));
            if (cleaned.sizeBytes() > 0 && (changed || count > 1)) {
                finish(cleaned);
                target.replace(group);
                done = true;
            }
            stats.bytesBefore += group.sizeBytes();
            stats.bytesAfter += done ? cleaned.sizeBytes() : group.sizeBytes();
            return count;
        } finally {
            if (!done) {
                cleaned.discard();
            }
        }
    }

    /** One segment on its way into the new one. */
    private final class Copy {

        private final CleanableSegment from;
        private final long groupBase;
        private final CleanableSegment next;
        private int position;
        private boolean changed;

        /** Whether the next segment goes into the same new one. */
        private boolean goesOn;

        /** @param next null when there is none that may be touched */
        Copy(CleanableSegment from, long groupBase, CleanableSegment next) {
            this.from = from;
            this.groupBase = groupBase;
            this.next = next;
        }

        void add(ByteBuffer batch, BatchFilter filter, CleanedSegment cleaned) throws IOException {
            position += batch.limit();
            boolean last = position == from.sizeBytes();
            goesOn = last && next != null && fits(cleaned.sizeBytes() + (long) batch.limit());
            // Whatever is left of it, a segment ends where the next one begins.
            ByteBuffer kept = filter.apply(batch, last && !goesOn);
            changed |= kept != batch;
            if (kept != null) {
                cleaned.add(kept);
            }
        }

        private boolean fits(long bytes) {
            return bytes + next.sizeBytes() <= setting.config().segmentBytes()
                    // Indexes keep offsets relative to the base in 32 bits.
                    && next.endOffset() - 1 - groupBase <= Integer.MAX_VALUE;
        }
    }

    private void finish(CleanedSegment cleaned) throws IOException {
        try {
            cleaned.finish();
        } catch (IOException e) {
            if (DiskFailure.isDiskFull(e)) {
                throw e;
            }
            throw target.forceFailed(e);
        }
    }

    public CompactionStats stats() {
        return stats;
    }
}
