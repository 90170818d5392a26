package io.millrace.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.checkpoint.CleanShutdownMarker;
import io.millrace.storage.checkpoint.FirstDirtyFile;
import io.millrace.storage.checkpoint.LogStartFile;
import io.millrace.storage.checkpoint.RecoveryPoints;
import io.millrace.storage.directory.PartitionMetadataFile;
import io.millrace.storage.epoch.LeaderEpochCache;
import io.millrace.storage.epoch.LeaderEpochFile;
import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.OpenFiles;
import io.millrace.storage.index.OffsetIndex;
import io.millrace.storage.index.TimeIndex;
import io.millrace.storage.journal.Journal;
import io.millrace.storage.journal.JournalDirectory;
import io.millrace.storage.journal.JournalFiles;
import io.millrace.storage.producer.ProducerSnapshot;
import io.millrace.storage.producer.ProducerSnapshotFiles;
import io.millrace.storage.producer.ProducerStateManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes of every file format of ours, version by version. One of these red means: old data cannot be read any more. */
class GoldenFormatTest {

    private static final UUID TOPIC_ID = new UUID(0x0011223344556677L, 0x8899aabbccddeeffL);

    @TempDir
    Path directory;

    private final Disk disk = Disk.local();

    @Test
    void recoveryPointsVersion2() throws IOException {
        new RecoveryPoints(disk, directory)
                .write("b-7", Map.of(new RecoveryPoints.Key(TOPIC_ID, 3), new RecoveryPoints.Point(500, 400)));
        assertFile(
                "recovery-points",
                "4d4c5250 0002 0000 0000002d CRC",
                "0003 622d37 00000001 00112233445566778899aabbccddeeff 00000003 00000000000001f4 0000000000000190");
        RecoveryPoints.Content read = new RecoveryPoints(disk, directory).read();
        assertThat(read.bootId()).isEqualTo("b-7");
        assertThat(read.points())
                .containsEntry(new RecoveryPoints.Key(TOPIC_ID, 3), new RecoveryPoints.Point(500, 400));
    }

    @Test
    void journalVersion1() throws IOException {
        JournalFiles files = new JournalDirectory(disk, directory).open(3, 1 << 20, Runnable::run, () -> {});
        Journal journal = new Journal(3, 9, files);
        ByteBuffer batch = TestBatch.of("v").build();
        BatchHeader.assign(batch, 0, 500, 2);
        byte[] bytes = new byte[batch.limit()];
        batch.get(0, bytes);
        TopicPartition partition = new TopicPartition(TOPIC_ID, "readings", 7);
        journal.stage(partition, 500, new ByteBuffer[] {batch}, 1);
        journal.stageCut(partition, 400);
        journal.write();
        files.close();
        byte[] written = Files.readAllBytes(directory.resolve("journal/03-000.journal"));
        String batchHex = HexFormat.of().formatHex(bytes);
        String payloadBytes = HexFormat.of().toHexDigits(bytes.length);
        String entries = payloadBytes + " 0001 0000 00112233445566778899aabbccddeeff 00000007 00000000000001f4"
                + batchHex + "00000000 0002 0000 00112233445566778899aabbccddeeff 00000007 0000000000000190";
        String entriesBytes =
                HexFormat.of().toHexDigits(entries.replace(" ", "").length() / 2);
        assertStart(written, 0, "4d4c4a46 CRC 0001 0003 00000000 0000000000000009 0000000000000001");
        assertStart(
                written, 4096, "4d4c4a47 CRC 0000000000000009 0000000000000001" + entriesBytes + "00000002" + entries);
    }

    /** Bytes in hex, of which the checksum at 4 covers what follows it. */
    private static void assertStart(byte[] file, int at, String hex) {
        byte[] checked =
                HexFormat.of().parseHex(hex.substring(hex.indexOf("CRC") + 3).replace(" ", ""));
        CRC32C crc = new CRC32C();
        crc.update(checked);
        String expected = hex.replace("CRC", HexFormat.of().toHexDigits((int) crc.getValue()))
                .replace(" ", "");
        assertThat(HexFormat.of().formatHex(file, at, at + expected.length() / 2))
                .isEqualTo(expected);
    }

    @Test
    void logStartVersion1() throws IOException {
        new LogStartFile(disk, directory).write(258);
        assertFile("log-start", "4d4c4c53 0001 0000 00000008 CRC", "0000000000000102");
        assertThat(new LogStartFile(disk, directory).read()).isEqualTo(258);
    }

    @Test
    void cleanShutdownVersion1() throws IOException {
        new CleanShutdownMarker(disk, directory).write(1000, 3);
        assertFile("clean-shutdown", "4d4c4353 0001 0000 00000010 CRC", "00000000000003e8 0000000000000003");
        assertThat(new CleanShutdownMarker(disk, directory).take(3)).isTrue();
        assertThat(new CleanShutdownMarker(disk, directory).take(3)).isFalse();
    }

    @Test
    void partitionMetadataVersion1() throws IOException {
        PartitionMetadataFile file = new PartitionMetadataFile(disk);
        file.write(directory, new PartitionMetadataFile.Content(TOPIC_ID, 1000));
        assertFile(
                "partition.metadata",
                "4d4c504d 0001 0000 00000018 CRC",
                "00112233445566778899aabbccddeeff 00000000000003e8");
        assertThat(file.read(directory)).contains(new PartitionMetadataFile.Content(TOPIC_ID, 1000));
    }

    @Test
    void firstDirtyVersion1() throws IOException {
        assertThat(new FirstDirtyFile(disk, directory).read()).isZero();
        new FirstDirtyFile(disk, directory).write(258);
        assertFile("first-dirty", "4d4c4644 0001 0000 00000008 CRC", "0000000000000102");
        assertThat(new FirstDirtyFile(disk, directory).read()).isEqualTo(258);
    }

    @Test
    void leaderEpochsVersion1() throws IOException {
        LeaderEpochCache cache = new LeaderEpochCache(new LeaderEpochFile(disk, directory), List.of());
        cache.begin(2, 0);
        cache.begin(5, 300);
        assertFile(
                "leader-epochs",
                "4d4c4c45 0001 0000 0000001c CRC",
                "00000002 00000002 0000000000000000 00000005 000000000000012c");
    }

    @Test
    void producersVersion2() throws IOException {
        ProducerStateManager producers = new ProducerStateManager(0);
        producers.update(TestBatch.of("a", "b").producer(7, 1, 4).build(), 0, 100, 1000);
        producers.update(TestBatch.of("a").producer(8, 0, 0).transactional().build(), 0, 102, 1000);
        producers.update(TestBatch.marker(8, 0, false, 3).build(), 0, 103, 1000);
        producers.update(TestBatch.of("b").producer(8, 0, 1).transactional().build(), 0, 104, 1000);
        new ProducerSnapshotFiles(disk, directory).write(producers.snapshot(105), 1 << 20, 0);
        assertFile(
                "00000000000000000105.producers",
                "4d4c5053 0002 0000 000000c2 CRC",
                "00000002 0000000000000007 0001 00000000000003e8 01 00000004 00000005 0000000000000064 0000000000000065"
                        + " ffffffff ffffffffffffffff"
                        + " 0000000000000008 0000 00000000000003e8 02 00000000 00000000 0000000000000066 0000000000000066"
                        + " 00000001 00000001 0000000000000068 0000000000000068 00000003 0000000000000068"
                        + " 00000001 0000000000000066 0000000000000067"
                        + " 00000001 0000000000000008 0000000000000066 0000000000000067 0000000000000068");
    }

    @Test
    void producersVersion1IsRead() throws IOException {
        ByteBuffer payload = ByteBuffer.wrap(HexFormat.of()
                .parseHex(("00000001 0000000000000007 0001 00000000000003e8 01 00000004 00000005 0000000000000064"
                                + " 0000000000000065")
                        .replace(" ", "")));
        new AtomicFile(disk, "MLPS", 1).write(directory.resolve("00000000000000000102.producers"), payload);
        ProducerSnapshot read =
                new ProducerSnapshotFiles(disk, directory).newestUpTo(102).orElseThrow();
        assertThat(read.aborted()).isEmpty();
        assertThat(read.producers()).hasSize(1);
        assertThat(read.producers().get(0).isInTransaction()).isFalse();
        assertThat(read.producers().get(0).lastSequence()).isEqualTo(5);
    }

    @Test
    void offsetIndexVersion1() throws IOException {
        Path file = directory.resolve("00000000000000000256.index");
        OffsetIndex index = OffsetIndex.empty(disk, new OpenFiles(disk, 10, () -> {}), file, 256);
        index.add(260, 100);
        index.add(300, 9000);
        index.force();
        assertBytes(
                file,
                "4d4c4f49 0001 0008 0000000000000100 00000004 00000064 0000002c 00002328 4d4c4945 00000002 00000000");
        OffsetIndex opened = OffsetIndex.open(disk, new OpenFiles(disk, 10, () -> {}), file, 256, 10_000, false);
        assertThat(opened.positionAtOrBefore(299)).isEqualTo(100);
        assertThat(opened.positionAtOrBefore(300)).isEqualTo(9000);
    }

    @Test
    void timeIndexVersion1() throws IOException {
        Path file = directory.resolve("00000000000000000256.timeindex");
        TimeIndex index = TimeIndex.empty(disk, new OpenFiles(disk, 10, () -> {}), file, 256);
        index.add(1000, 257);
        index.add(2000, 300);
        index.force();
        assertBytes(
                file,
                "4d4c5449 0001 000c 0000000000000100 00000000000003e8 00000001 00000000000007d0 0000002c"
                        + " 4d4c4945 00000002 00000000");
        TimeIndex opened = TimeIndex.open(disk, new OpenFiles(disk, 10, () -> {}), file, 256, false);
        assertThat(opened.last()).isEqualTo(new TimeIndex.Entry(2000, 300));
        assertThat(opened.batchBefore(1500)).isEqualTo(257);
    }

    /** Header and payload in hex; the checksum is computed here, by the rule that FORMAT.md states. */
    private void assertFile(String name, String header, String payload) throws IOException {
        byte[] checked = HexFormat.of().parseHex((header.replace("CRC", "") + payload).replace(" ", ""));
        CRC32C crc = new CRC32C();
        crc.update(checked);
        assertBytes(
                directory.resolve(name),
                header.replace("CRC", HexFormat.of().toHexDigits((int) crc.getValue())) + payload);
    }

    private static void assertBytes(Path file, String hex) throws IOException {
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(file))).isEqualTo(hex.replace(" ", ""));
    }
}
