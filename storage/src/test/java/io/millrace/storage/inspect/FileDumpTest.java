package io.millrace.storage.inspect;

import static io.millrace.storage.TestLogs.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDumpTest {

    private static final FileDump DUMP = new FileDump(List.of());

    private static final int TRANSACTIONAL = 0x10;

    @TempDir
    Path directory;

    private Path segment;

    @BeforeEach
    void writeThreeBatches() throws IOException {
        segment = directory.resolve("readings-0").resolve("00000000000000000000.log");
        // One shard, so that there is one journal.
        try (LogManager logs = LogManager.open(
                TestLogs.config(directory, 10_000, 64L << 20), Clock.systemUTC(), StorageMetrics.NONE)) {
            awaitJournal(logs);
            PartitionLog log = TestLogs.create(logs);
            append(log, new TestBatch().record(1000, "a").record(3000, "b").producer(7, 2, 0));
            append(log, new TestBatch().record(2000, "c").producer(7, 2, 2).attributes(TRANSACTIONAL));
            append(log, new TestBatch().record(4000, "d"));
        }
    }

    @Test
    void everyFieldOfABatchIsShown() throws IOException {
        List<FileEntry> entries = dump(segment);

        assertThat(entries).hasSize(3);
        assertThat(entries.get(0))
                .isEqualTo(new FileEntry.Batch(
                        0, 78, 0, 1, 5, "none", true, 2, 1000, 3000, "CreateTime", 7, 2, 0, false, false));
        assertThat((FileEntry.Batch) entries.get(1))
                .matches(FileEntry.Batch::transactional)
                .matches(batch -> batch.position() == 78);
    }

    @Test
    void behindGarbageItGoesOnAtTheNextSoundBatch() throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        bytes[78 + 16] = 9;
        Files.write(segment, bytes);

        assertThat(dump(segment))
                .satisfiesExactly(
                        first -> assertThat(first).isInstanceOf(FileEntry.Batch.class),
                        bad -> assertThat(bad)
                                .isEqualTo(new FileEntry.Unreadable(78, 69, "the format byte is 9, not 2")),
                        last -> assertThat(((FileEntry.Batch) last).position()).isEqualTo(147));
    }

    @Test
    void theProducersOfASnapshotAreShown() throws IOException {
        assertThat(dump(segment.resolveSibling("00000000000000000004.producers")))
                .singleElement()
                .satisfies(entry -> {
                    FileEntry.Producer producer = (FileEntry.Producer) entry;
                    assertThat(producer.producerId()).isEqualTo(7);
                    assertThat(producer.batches())
                            .containsExactly(
                                    new FileEntry.ProducerBatch(0, 1, 0, 1), new FileEntry.ProducerBatch(2, 2, 2, 2));
                });
    }

    @Test
    void theGroupsOfAJournalAreShown() throws IOException {
        List<FileEntry> entries = journal();

        assertThat(entries)
                .filteredOn(entry -> entry instanceof FileEntry.JournalEntry row
                        && row.topicId().equals(TestLogs.READINGS.topicId()))
                .extracting(entry -> ((FileEntry.JournalEntry) entry).offset())
                .containsExactly(0L, 2L, 3L);
        assertThat(entries)
                .filteredOn(FileEntry.JournalGroup.class::isInstance)
                .hasSizeGreaterThan(3)
                .allMatch(entry -> ((FileEntry.JournalGroup) entry).crcOk());
    }

    @Test
    void aDamagedSmallFileIsUnreadableAndNothingElse() throws IOException {
        Path epochs = segment.resolveSibling("leader-epochs");
        byte[] bytes = Files.readAllBytes(epochs);
        bytes[20] ^= 1;
        Files.write(epochs, bytes);

        assertThat(dump(epochs))
                .containsExactly(new FileEntry.Unreadable(0, bytes.length, "its length or checksum is wrong"));
    }

    @Test
    void wholeBatchesAreHandedOutOnRequest() throws IOException {
        List<String> values = new ArrayList<>();
        DUMP.dump(segment, new EntrySink() {
            @Override
            public void entry(FileEntry entry) {}

            @Override
            public boolean wantsBatches() {
                return true;
            }

            @Override
            public void batch(ByteBuffer batch) {
                values.addAll(TestBatch.values(batch));
            }
        });
        assertThat(values).containsExactly("a", "b", "c", "d");
    }

    /** The journal file is made in the background; until then segments are forced instead. */
    private void awaitJournal(LogManager logs) {
        PartitionLog other = await(logs.create(new TopicPartition(new UUID(9, 9), "other", 0), LogConfig.defaults()));
        Awaitility.await().until(() -> {
            append(other, new TestBatch().record(1000, "w"));
            return journal().stream().anyMatch(FileEntry.JournalEntry.class::isInstance);
        });
    }

    private List<FileEntry> journal() throws IOException {
        List<FileEntry> entries = new ArrayList<>();
        for (Path file : DUMP.knownFiles(directory.resolve("journal"))) {
            entries.addAll(dump(file));
        }
        return entries;
    }

    private static List<FileEntry> dump(Path file) throws IOException {
        List<FileEntry> entries = new ArrayList<>();
        DUMP.dump(file, entries::add);
        return entries;
    }

    private static void append(PartitionLog log, TestBatch batch) {
        await(TestLogs.appendAny(log, batch.build(), 5));
    }
}
