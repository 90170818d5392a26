package io.millrace.cluster.quorum;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.raft.Isolation;
import org.apache.kafka.raft.LogAppendInfo;
import org.apache.kafka.raft.LogFetchInfo;
import org.apache.kafka.raft.LogOffsetMetadata;
import org.apache.kafka.raft.RaftLog;
import org.apache.kafka.raft.ValidOffsetAndEpoch;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.RawSnapshotReader;
import org.apache.kafka.snapshot.RawSnapshotWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log as the Raft client wants it: one of our partition logs, and snapshots beside it. What is appended is durable on
 * return, because the client of a lone voter reports a commit before it asks for a flush.
 *
 * <p>Everything runs on the poll thread of the quorum, except what concerns snapshots and the getters, which are safe on any thread.
 */
final class QuorumLog implements RaftLog {

    static final TopicPartition PARTITION = Topic.CLUSTER_METADATA_TOPIC_PARTITION;
    static final Uuid TOPIC_ID = Uuid.METADATA_TOPIC_ID;

    /** Bound of one read; the client asks for everything when it reads for its listeners. */
    static final int READ_BYTES_MAX = 1 << 20;

    /** The newest snapshot and one more, so that a node that is fetching the older one can go on. */
    private static final int SNAPSHOTS_KEPT = 2;

    /** Of a log without records: no leader ever has it. */
    private static final int PRIMORDIAL_EPOCH = 0;

    private static final Logger log = LoggerFactory.getLogger(QuorumLog.class);

    private final DurableLog records;
    private final MetadataSnapshots snapshots;

    /** Learned anew in every life of the process. */
    private volatile LogOffsetMetadata highWatermark;

    /** Brings log and snapshots together: a crash can leave them apart. Blocks. */
    QuorumLog(DurableLog records, MetadataSnapshots snapshots) {
        this.records = records;
        this.snapshots = snapshots;
        // An epoch that had begun when the process died, without a record, is not part of the log.
        records.truncateTo(records.offsets().logEndOffset());
        truncateToLatestSnapshot();
        requireSnapshotAtStart();
        this.highWatermark = new LogOffsetMetadata(startOffset());
    }

    private void requireSnapshotAtStart() {
        long start = startOffset();
        // A crash came between moving the start and removing snapshots.
        snapshots.deleteBelow(start);
        if (start > 0 && snapshots.earliest().filter(id -> id.offset() == start).isEmpty()) {
            throw new IllegalStateException("the metadata log begins at offset " + start
                    + ", but there is no snapshot of what was before. Restore the snapshot, or start with an empty"
                    + " data directory: the node joins the cluster again.");
        }
    }

    @Override
    public LogAppendInfo appendAsLeader(Records batches, int epoch) {
        return append(batches, epoch);
    }

    @Override
    public LogAppendInfo appendAsFollower(Records batches, int epoch) {
        return append(batches, epoch);
    }

    private LogAppendInfo append(Records batches, int epoch) {
        IncomingBatches checked = IncomingBatches.check(
                (MemoryRecords) batches, epoch, endOffset().offset());
        records.append(checked.bytes(), epoch);
        return new LogAppendInfo(checked.firstOffset(), checked.lastOffset());
    }

    @Override
    public LogFetchInfo read(long startOffset, Isolation isolation, int maxBytes) {
        long limit = isolation == Isolation.COMMITTED
                ? highWatermark.offset()
                : endOffset().offset();
        ByteBuffer bytes = records.read(startOffset, limit, Math.min(maxBytes, READ_BYTES_MAX));
        // The offset at which the first batch begins, which can be below the one that was asked for.
        long begin = bytes.hasRemaining() ? bytes.getLong(bytes.position()) : startOffset;
        return new LogFetchInfo(MemoryRecords.readableRecords(bytes.slice()), new LogOffsetMetadata(begin));
    }

    @Override
    public int lastFetchedEpoch() {
        OptionalInt latest = records.latestEpoch();
        if (latest.isPresent()) {
            return latest.getAsInt();
        }
        return snapshots.latest().map(OffsetAndEpoch::epoch).orElse(PRIMORDIAL_EPOCH);
    }

    @Override
    public OffsetAndEpoch endOffsetForEpoch(int epoch) {
        OptionalInt latest = records.latestEpoch();
        if (latest.isEmpty() || epoch > latest.getAsInt()) {
            return new OffsetAndEpoch(endOffset().offset(), lastFetchedEpoch());
        }
        OffsetAndEpoch end = records.endOffsetForEpoch(epoch)
                .map(known -> new OffsetAndEpoch(known.endOffset(), known.leaderEpoch()))
                // Older than everything in the log: it ended where the log begins.
                .orElseGet(() -> new OffsetAndEpoch(startOffset(), epoch));
        OffsetAndEpoch earliest = snapshots.earliest().orElse(null);
        if (earliest != null && end.offset() == earliest.offset() && end.epoch() == epoch) {
            return earliest;
        }
        return end;
    }

    @Override
    public LogOffsetMetadata endOffset() {
        return new LogOffsetMetadata(records.offsets().logEndOffset());
    }

    @Override
    public LogOffsetMetadata highWatermark() {
        return highWatermark;
    }

    @Override
    public long startOffset() {
        return records.offsets().logStartOffset();
    }

    @Override
    public void initializeLeaderEpoch(int epoch) {
        records.beginEpoch(epoch);
    }

    @Override
    public void truncateTo(long offset) {
        if (offset < highWatermark.offset()) {
            throw new IllegalArgumentException("the metadata log is not cut to offset " + offset
                    + ", because everything below " + highWatermark.offset() + " is committed");
        }
        records.truncateTo(offset);
    }

    @Override
    public boolean truncateToLatestSnapshot() {
        OffsetAndEpoch latest = snapshots.latest().orElse(null);
        if (latest == null || !isBeyondTheLog(latest)) {
            return false;
        }
        records.restartAt(latest.offset());
        snapshots.deleteBefore(latest);
        highWatermark = new LogOffsetMetadata(latest.offset());
        log.info("The metadata log goes on from the snapshot at offset {}, epoch {}", latest.offset(), latest.epoch());
        return true;
    }

    private boolean isBeyondTheLog(OffsetAndEpoch snapshot) {
        int latestEpoch = records.latestEpoch().orElse(PRIMORDIAL_EPOCH);
        long end = endOffset().offset();
        if (records.latestEpoch().isEmpty() && snapshot.offset() == end) {
            // Already there, and nothing has come since.
            return false;
        }
        return snapshot.epoch() > latestEpoch || snapshot.epoch() == latestEpoch && snapshot.offset() > end;
    }

    @Override
    public void updateHighWatermark(LogOffsetMetadata offset) {
        highWatermark = offset;
    }

    @Override
    public boolean deleteBeforeSnapshot(OffsetAndEpoch id) {
        if (!snapshots.contains(id) || id.offset() <= startOffset()) {
            return false;
        }
        records.advanceLogStart(id.offset());
        return snapshots.deleteBefore(id);
    }

    /** Nothing to do: what was appended is durable. */
    @Override
    public void flush(boolean forceFlushActiveSegment) {}

    @Override
    public boolean maybeClean() {
        return snapshots
                .beforeLatest(SNAPSHOTS_KEPT - 1)
                .filter(this::deleteBeforeSnapshot)
                .isPresent();
    }

    @Override
    public TopicPartition topicPartition() {
        return PARTITION;
    }

    @Override
    public Uuid topicId() {
        return TOPIC_ID;
    }

    @Override
    public Optional<RawSnapshotWriter> createNewSnapshot(OffsetAndEpoch id) {
        if (id.offset() < startOffset()) {
            return Optional.empty();
        }
        if (id.offset() > highWatermark.offset()) {
            throw new IllegalArgumentException(
                    "a snapshot at " + id + " is above what is committed, " + highWatermark.offset());
        }
        ValidOffsetAndEpoch valid = validateOffsetAndEpoch(id.offset(), id.epoch());
        if (valid.kind() != ValidOffsetAndEpoch.Kind.VALID) {
            throw new IllegalArgumentException("a snapshot at " + id + " does not fit the log: " + valid);
        }
        long batchBegin =
                read(id.offset(), Isolation.COMMITTED, 1).startOffsetMetadata.offset();
        if (batchBegin != id.offset()) {
            throw new IllegalArgumentException(
                    "a snapshot at " + id + " is inside of the batch that begins at offset " + batchBegin);
        }
        return createNewSnapshotUnchecked(id);
    }

    @Override
    public Optional<RawSnapshotWriter> createNewSnapshotUnchecked(OffsetAndEpoch id) {
        return snapshots.create(id);
    }

    @Override
    public Optional<RawSnapshotReader> readSnapshot(OffsetAndEpoch id) {
        return snapshots.open(id);
    }

    @Override
    public Optional<RawSnapshotReader> latestSnapshot() {
        return snapshots.latest().flatMap(snapshots::open);
    }

    @Override
    public Optional<OffsetAndEpoch> latestSnapshotId() {
        return snapshots.latest();
    }

    @Override
    public Optional<OffsetAndEpoch> earliestSnapshotId() {
        return snapshots.earliest();
    }

    @Override
    public void onSnapshotFrozen(OffsetAndEpoch id) {
        snapshots.onFrozen(id);
    }

    /** The log itself belongs to whoever opened it. */
    @Override
    public void close() {
        snapshots.close();
    }
}
