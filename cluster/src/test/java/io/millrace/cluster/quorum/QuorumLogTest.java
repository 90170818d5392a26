package io.millrace.cluster.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.raft.Isolation;
import org.apache.kafka.raft.LogAppendInfo;
import org.apache.kafka.raft.LogOffsetMetadata;
import org.apache.kafka.raft.ValidOffsetAndEpoch;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.RawSnapshotWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Raft client relies on, and what it does not forgive. */
class QuorumLogTest {

    @TempDir
    Path directory;

    private LogManager logs;
    private PartitionLog partition;
    private QuorumLog log;

    @BeforeEach
    void open() throws IOException {
        StorageConfig config = new StorageConfig(directory, 1, 2L << 20, 10_000, 64L << 20, 1L << 20, 0, 0, 86_400_000);
        logs = LogManager.open(config, Clock.systemUTC(), StorageMetrics.NONE);
        partition = logs.create(Quorum.PARTITION, LogConfig.defaults())
                .toCompletableFuture()
                .join();
        log = new QuorumLog(new DurableLog(partition), new MetadataSnapshots(directory));
    }

    @AfterEach
    void close() {
        log.close();
        logs.close();
    }

    private void reopen() throws IOException {
        close();
        open();
    }

    @Test
    void whatIsAppendedIsDurableOnReturn() {
        assertThat(log.appendAsLeader(batch(0, 1, "a", "b"), 1)).isEqualTo(new LogAppendInfo(0, 1));
        assertThat(partition.offsets().durableOffset()).isEqualTo(2);
        assertThat(log.endOffset().offset()).isEqualTo(2);
        assertThat(log.lastFetchedEpoch()).isEqualTo(1);
        assertThat(log.appendAsFollower(batch(2, 1, "c"), 3)).isEqualTo(new LogAppendInfo(2, 2));
        assertThat(partition.offsets().durableOffset()).isEqualTo(3);
    }

    @Test
    void batchesThatDoNotContinueTheLogAreRefused() {
        log.appendAsLeader(batch(0, 1, "a"), 1);
        assertThatThrownBy(() -> log.appendAsLeader(batch(0, 1, "b"), 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> log.appendAsFollower(batch(2, 1, "b"), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> log.appendAsFollower(MemoryRecords.EMPTY, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(log.endOffset().offset()).isEqualTo(1);
    }

    @Test
    void aFollowerTakesNothingOfANewerEpochAndNothingThatIsDamaged() {
        MemoryRecords both = join(batch(0, 1, "a"), batch(1, 5, "b"));
        assertThat(log.appendAsFollower(both, 2)).isEqualTo(new LogAppendInfo(0, 0));
        assertThatThrownBy(() -> log.appendAsFollower(batch(1, 5, "b"), 2)).isInstanceOf(CorruptRecordException.class);

        MemoryRecords damaged = batch(1, 2, "c");
        damaged.buffer().put(damaged.sizeInBytes() - 2, (byte) 'x');
        assertThatThrownBy(() -> log.appendAsFollower(damaged, 2)).isInstanceOf(CorruptRecordException.class);
        assertThat(log.endOffset().offset()).isEqualTo(1);
    }

    @Test
    void aBatchThatWasCutShortOnItsWayIsLeftOut() {
        MemoryRecords both = join(batch(0, 1, "a"), batch(1, 1, "b"));
        ByteBuffer cut = both.buffer().slice(0, both.sizeInBytes() - 3);
        assertThat(log.appendAsFollower(MemoryRecords.readableRecords(cut), 1)).isEqualTo(new LogAppendInfo(0, 0));
    }

    @Test
    void readsReturnAWholeBatchAtLeastAndStopAtTheHighWatermark() {
        log.appendAsLeader(batch(0, 1, "a", "b"), 1);
        log.appendAsLeader(batch(2, 1, "c"), 1);
        assertThat(log.read(0, Isolation.COMMITTED, 1_000).records.sizeInBytes())
                .isZero();
        log.updateHighWatermark(new LogOffsetMetadata(2));
        assertThat(values(0, Isolation.COMMITTED, 1_000)).containsExactly("a", "b");
        assertThat(values(0, Isolation.UNCOMMITTED, 1)).containsExactly("a", "b");
        assertThat(values(0, Isolation.UNCOMMITTED, 1_000)).containsExactly("a", "b", "c");
        assertThat(log.read(1, Isolation.UNCOMMITTED, 1_000).startOffsetMetadata.offset())
                .as("the batch that has the offset begins below it")
                .isZero();
    }

    @Test
    void oneReadIsBoundedWhateverIsAskedFor() {
        String large = "x".repeat(600_000);
        for (int i = 0; i < 4; i++) {
            log.appendAsLeader(batch(i, 1, large), 1);
        }
        assertThat(log.read(0, Isolation.UNCOMMITTED, Integer.MAX_VALUE).records.sizeInBytes())
                .isLessThanOrEqualTo(QuorumLog.READ_BYTES_MAX);
    }

    @Test
    void nothingCommittedIsCutOff() {
        log.appendAsLeader(batch(0, 1, "a"), 1);
        log.appendAsLeader(batch(1, 1, "b"), 1);
        log.updateHighWatermark(new LogOffsetMetadata(1));
        assertThatThrownBy(() -> log.truncateTo(0)).isInstanceOf(IllegalArgumentException.class);
        log.truncateTo(1);
        assertThat(log.endOffset().offset()).isEqualTo(1);
    }

    @Test
    void epochsEndWhereTheNextOneBegins() {
        assertThat(log.endOffsetForEpoch(0)).isEqualTo(new OffsetAndEpoch(0, 0));
        log.appendAsLeader(batch(0, 2, "a"), 2);
        log.appendAsLeader(batch(1, 2, "b"), 2);
        log.appendAsLeader(batch(2, 5, "c"), 5);
        assertThat(log.endOffsetForEpoch(1)).isEqualTo(new OffsetAndEpoch(0, 1));
        assertThat(log.endOffsetForEpoch(2)).isEqualTo(new OffsetAndEpoch(2, 2));
        assertThat(log.endOffsetForEpoch(4)).isEqualTo(new OffsetAndEpoch(2, 2));
        assertThat(log.endOffsetForEpoch(5)).isEqualTo(new OffsetAndEpoch(3, 5));
        assertThat(log.endOffsetForEpoch(9)).isEqualTo(new OffsetAndEpoch(3, 5));
        assertThat(log.validateOffsetAndEpoch(3, 2).kind()).isEqualTo(ValidOffsetAndEpoch.Kind.DIVERGING);
        assertThat(log.validateOffsetAndEpoch(3, 5).kind()).isEqualTo(ValidOffsetAndEpoch.Kind.VALID);
    }

    @Test
    void anEpochWithoutARecordIsForgottenByTheNextStart() throws IOException {
        log.appendAsLeader(batch(0, 2, "a"), 2);
        log.initializeLeaderEpoch(7);
        assertThat(log.lastFetchedEpoch()).isEqualTo(7);
        reopen();
        assertThat(log.lastFetchedEpoch()).isEqualTo(2);
    }

    @Test
    void aSnapshotMustFitTheLog() {
        log.appendAsLeader(batch(0, 1, "a", "b"), 1);
        log.appendAsLeader(batch(2, 2, "c"), 2);
        assertThatThrownBy(() -> log.createNewSnapshot(new OffsetAndEpoch(2, 1)))
                .as("above the high watermark")
                .isInstanceOf(IllegalArgumentException.class);
        log.updateHighWatermark(new LogOffsetMetadata(3));
        assertThatThrownBy(() -> log.createNewSnapshot(new OffsetAndEpoch(1, 1)))
                .as("inside of a batch")
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> log.createNewSnapshot(new OffsetAndEpoch(3, 1)))
                .as("of another epoch")
                .isInstanceOf(IllegalArgumentException.class);
        snapshot(2, 1);
        assertThat(log.createNewSnapshot(new OffsetAndEpoch(2, 1)))
                .as("there is one")
                .isEmpty();
        assertThat(log.latestSnapshotId()).contains(new OffsetAndEpoch(2, 1));
    }

    @Test
    void cleaningKeepsTwoSnapshotsAndTheLogFromTheOlderOneOn() throws IOException {
        for (int i = 0; i < 5; i++) {
            log.appendAsLeader(batch(i, 1, "v" + i), 1);
        }
        log.updateHighWatermark(new LogOffsetMetadata(5));
        assertThat(log.maybeClean()).isFalse();
        snapshot(1, 1);
        assertThat(log.maybeClean()).isFalse();
        snapshot(2, 1);
        snapshot(4, 1);
        assertThat(log.maybeClean()).isTrue();
        assertThat(log.startOffset()).isEqualTo(2);
        assertThat(log.earliestSnapshotId()).contains(new OffsetAndEpoch(2, 1));
        assertThat(log.readSnapshot(new OffsetAndEpoch(1, 1))).isEmpty();
        assertThat(log.validateOffsetAndEpoch(1, 1).kind()).isEqualTo(ValidOffsetAndEpoch.Kind.SNAPSHOT);
        assertThat(log.validateOffsetAndEpoch(1, 1).offsetAndEpoch()).isEqualTo(new OffsetAndEpoch(4, 1));
        reopen();
        assertThat(log.startOffset()).isEqualTo(2);
        assertThat(log.latestSnapshotId()).contains(new OffsetAndEpoch(4, 1));
        assertThat(values(2, Isolation.UNCOMMITTED, 1_000)).containsExactly("v2", "v3", "v4");
    }

    @Test
    void aSnapshotFromTheLeaderTakesThePlaceOfTheLog() throws IOException {
        log.appendAsLeader(batch(0, 1, "a"), 1);
        download(90, 4);
        assertThat(log.truncateToLatestSnapshot()).isTrue();
        assertThat(log.startOffset()).isEqualTo(90);
        assertThat(log.endOffset().offset()).isEqualTo(90);
        assertThat(log.highWatermark().offset()).isEqualTo(90);
        assertThat(log.lastFetchedEpoch()).isEqualTo(4);
        assertThat(log.truncateToLatestSnapshot()).isFalse();
        reopen();
        assertThat(log.lastFetchedEpoch()).isEqualTo(4);
        log.appendAsFollower(batch(90, 4, "b"), 4);
        assertThat(log.endOffsetForEpoch(4)).isEqualTo(new OffsetAndEpoch(91, 4));
        assertThat(log.endOffsetForEpoch(3))
                .as("all that is known of older epochs is the snapshot")
                .isEqualTo(new OffsetAndEpoch(90, 4));
        assertThat(log.truncateToLatestSnapshot()).as("the log has gone on").isFalse();
    }

    @Test
    void aStartAfterACrashBetweenSnapshotAndLogGoesOnFromTheSnapshot() throws IOException {
        log.appendAsLeader(batch(0, 1, "a"), 1);
        download(90, 4);
        reopen();
        assertThat(log.startOffset()).isEqualTo(90);
        assertThat(log.lastFetchedEpoch()).isEqualTo(4);
    }

    @Test
    void halfASnapshotIsRemovedByTheNextStart() throws IOException {
        Path half = Files.createFile(
                MetadataSnapshots.directory(directory).resolve("00000000000000000007-0000000001-12.checkpoint.part"));
        reopen();
        assertThat(half).doesNotExist();
        assertThat(log.latestSnapshotId()).isEmpty();
    }

    @Test
    void aLogThatLostItsSnapshotIsRefused() throws IOException {
        log.appendAsLeader(batch(0, 1, "a"), 1);
        download(90, 4);
        log.truncateToLatestSnapshot();
        close();
        try (var files = Files.list(MetadataSnapshots.directory(directory))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no snapshot of what was before");
    }

    private void snapshot(long offset, int epoch) {
        freeze(log.createNewSnapshot(new OffsetAndEpoch(offset, epoch)).orElseThrow());
    }

    private void download(long offset, int epoch) {
        freeze(log.createNewSnapshotUnchecked(new OffsetAndEpoch(offset, epoch)).orElseThrow());
    }

    private static void freeze(RawSnapshotWriter snapshot) {
        try (snapshot) {
            snapshot.append(batch(0, 1, "state"));
            snapshot.freeze();
        }
    }

    private List<String> values(long offset, Isolation isolation, int maxBytes) {
        List<String> values = new ArrayList<>();
        log.read(offset, isolation, maxBytes)
                .records
                .records()
                .forEach(record ->
                        values.add(StandardCharsets.UTF_8.decode(record.value()).toString()));
        return values;
    }

    private static MemoryRecords batch(long baseOffset, int epoch, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(1_000, values[i].getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withRecords(
                RecordBatch.CURRENT_MAGIC_VALUE,
                baseOffset,
                Compression.NONE,
                TimestampType.CREATE_TIME,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE,
                epoch,
                false,
                records);
    }

    private static MemoryRecords join(MemoryRecords first, MemoryRecords second) {
        ByteBuffer both = ByteBuffer.allocate(first.sizeInBytes() + second.sizeInBytes());
        both.put(first.buffer()).put(second.buffer()).flip();
        return MemoryRecords.readableRecords(both);
    }
}
