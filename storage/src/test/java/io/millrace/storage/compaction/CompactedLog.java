package io.millrace.storage.compaction;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.CleanerConfig;
import io.millrace.storage.CompactionConfig;
import io.millrace.storage.FlushPolicy;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.batch.RecordTimestamps;
import io.millrace.storage.file.Disk;
import io.millrace.storage.scrub.ScrubConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;

/** A compacted log in a directory, opened and reopened, with a clock that a test moves. Small segments, no tail cache. */
final class CompactedLog implements AutoCloseable {

    static final int SEGMENT_BYTES = 400;
    static final CompactionConfig ALWAYS = new CompactionConfig(0, 1000, 0, Long.MAX_VALUE);

    private final Path directory;
    private final Disk disk;
    private LogConfig config = config(ALWAYS);
    private int mapBytes = 1 << 20;
    private long journalBytes;
    private LogManager logs;
    private PartitionLog log;
    long nowMs = 1_700_000_000_000L;

    CompactedLog(Path directory, Disk disk) {
        this.directory = directory;
        this.disk = disk;
    }

    static CompactedLog open(Path directory) throws IOException {
        return new CompactedLog(directory, Disk.local()).open();
    }

    static LogConfig config(CompactionConfig compaction) {
        return config(false, true, compaction);
    }

    static LogConfig config(boolean delete, boolean compact, CompactionConfig compaction) {
        return new LogConfig(
                SEGMENT_BYTES,
                Long.MAX_VALUE,
                100,
                -1,
                -1,
                1 << 20,
                LogConfig.TimestampType.CREATE_TIME,
                delete,
                compact,
                FlushPolicy.GROUP,
                compaction,
                false);
    }

    CompactedLog mapBytes(int bytes) {
        mapBytes = bytes;
        return this;
    }

    CompactedLog journalBytes(long bytes) {
        journalBytes = bytes;
        return this;
    }

    CompactedLog open() throws IOException {
        StorageConfig storage = new StorageConfig(
                directory,
                1,
                journalBytes,
                10_000,
                64L << 20,
                0,
                0,
                0,
                86_400_000,
                ScrubConfig.OFF,
                new CleanerConfig(mapBytes, 0, 0));
        logs = LogManager.open(
                storage,
                new MovedClock(),
                StorageMetrics.NONE,
                RecordTimestamps.UNCOMPRESSED,
                new TestRewriter(),
                disk);
        log = TestLogs.create(logs, config);
        log.compactBelow(() -> log.offsets().durableOffset());
        return this;
    }

    CompactedLog reopen() throws IOException {
        logs.close();
        return open();
    }

    void configure(LogConfig changed) {
        config = changed;
        TestLogs.await(log.updateConfig(changed));
    }

    PartitionLog log() {
        return log;
    }

    LogManager logs() {
        return logs;
    }

    /** Appends a record; a null value makes a tombstone. */
    AppendResult put(String key, String value) {
        return append(record(key, value).build());
    }

    TestBatch record(String key, String value) {
        return add(new TestBatch(), key, value);
    }

    TestBatch add(TestBatch batch, String key, String value) {
        return batch.record(nowMs, bytes(key), bytes(value));
    }

    AppendResult append(ByteBuffer batch) {
        return TestLogs.await(TestLogs.appendAny(log, batch, 0));
    }

    /** Appends the marker that ends a transaction. */
    AppendResult end(long producerId, int epoch, boolean commit) {
        byte[] key = {0, 0, 0, (byte) (commit ? 1 : 0)};
        ByteBuffer marker = new TestBatch()
                .record(nowMs, key, new byte[6])
                .producer(producerId, epoch, -1)
                .attributes(0x30)
                .build();
        return TestLogs.await(log.append(marker, 0, AppendOrigin.COORDINATOR));
    }

    /** Closes the active segment, so that everything before can be compacted. */
    void roll() {
        long size = SEGMENT_BYTES;
        append(new TestBatch()
                .record(nowMs, bytes("~roll"), new byte[(int) size])
                .build());
        append(new TestBatch()
                .record(nowMs, bytes("~roll"), new byte[(int) size])
                .build());
    }

    void compact() {
        TestLogs.await(logs.compact());
    }

    /** The newest value of each key, as somebody sees who reads everything. */
    Map<String, String> view() throws IOException {
        Map<String, String> view = new TreeMap<>();
        for (TestRecord record : TestRecord.in(TestRecord.readAll(log, 1000))) {
            if (record.value() == null) {
                view.remove(record.key());
            } else {
                view.put(record.key(), record.value());
            }
        }
        return view;
    }

    @Override
    public void close() {
        logs.close();
    }

    private static byte[] bytes(String string) {
        return string == null ? null : string.getBytes(StandardCharsets.ISO_8859_1);
    }

    private final class MovedClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(nowMs);
        }
    }
}
