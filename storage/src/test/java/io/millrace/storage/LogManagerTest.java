package io.millrace.storage;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.await;
import static io.millrace.storage.TestLogs.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogManagerTest {

    private static final int OPENINGS = 3;

    @TempDir
    Path directory;

    @Test
    void twoManagersCannotShareADirectory() throws IOException {
        try (LogManager first = TestLogs.open(directory)) {
            assertThat(first.isOnline()).isTrue();
            assertThatThrownBy(() -> TestLogs.open(directory))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another process uses this data directory: " + directory);
        }
        TestLogs.open(directory).close();
    }

    @Test
    void creatingALogTwiceGivesTheSameOneWithTheNewSettings() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog first = TestLogs.create(logs);
            PartitionLog second = TestLogs.create(logs, TestLogs.segmentBytes(1234));
            assertThat(second).isSameAs(first);
            assertThat(first.config().segmentBytes()).isEqualTo(1234);
            assertThat(logs.logs()).containsExactly(first);
        }
    }

    @Test
    void aTopicThatIsDeletedAndMadeAgainBeginsEmpty() throws IOException {
        TopicPartition again = new TopicPartition(new UUID(9, 9), "readings", 0);
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog old = TestLogs.create(logs);
            append(old, "old");
            CompletionStage<Void> deletion = logs.delete(TestLogs.READINGS);
            // Asked for before the deletion is done, and yet after it.
            PartitionLog fresh = await(logs.create(again, LogConfig.defaults()));
            await(deletion);
            assertThat(logs.log(TestLogs.READINGS)).isEmpty();
            assertThat(readAll(fresh)).isEmpty();
            append(fresh, "new");
            assertThatThrownBy(() -> append(old, "late")).isInstanceOf(LogException.Closed.class);
            assertThatThrownBy(() -> old.read(0, 1, 100, true)).isInstanceOf(LogException.Closed.class);
            logs.create(new TopicPartition(new UUID(3, 3), "short", 0), LogConfig.defaults());
            await(logs.delete(new TopicPartition(new UUID(3, 3), "short", 0)));
            assertThat(logs.logs())
                    .as("a deletion comes after the creation before it")
                    .hasSize(1);
        }
        try (LogManager logs = TestLogs.open(directory)) {
            assertThat(logs.logs()).hasSize(1);
            assertThat(readAll(logs.log(again).orElseThrow())).containsExactly("new");
        }
    }

    @Test
    void aPartitionThatWasDeletedAndIsMadeAgainWithItsIdHasNothingOfItsOldLogAfterACrash() throws IOException {
        Path crashed = directory.resolve("crashed");
        try (LogManager logs = TestLogs.open(directory.resolve("data"))) {
            PartitionLog old = TestLogs.create(logs);
            for (int i = 0; i < 20; i++) {
                append(old, "old");
            }
            await(logs.checkpoint());
            await(logs.delete(TestLogs.READINGS));
            append(TestLogs.create(logs), "new");
            Path removed = directory.resolve("data/readings-0." + TestLogs.READINGS.topicId() + ".deleted");
            await().until(() -> !Files.exists(removed));
            copy(directory.resolve("data"), crashed);
        }
        try (LogManager logs = TestLogs.open(crashed)) {
            assertThat(readAll(logs.log(TestLogs.READINGS).orElseThrow())).containsExactly("new");
        }
    }

    @Test
    void aPartitionCanBeDeletedWhileAnEarlierOneOfItsIdIsNotRemovedYet() throws IOException {
        Path earlier;
        try (LogManager logs = TestLogs.open(directory)) {
            append(TestLogs.create(logs), "a");
            earlier = directory.resolve("readings-0." + TestLogs.READINGS.topicId() + ".deleted");
            Files.createDirectories(earlier);
            Files.writeString(earlier.resolve("00000000000000000000.log"), "old");

            await(logs.delete(TestLogs.READINGS));

            assertThat(logs.logs()).isEmpty();
        }
        TestLogs.open(directory).close();
        assertThat(earlier).doesNotExist();
    }

    @Test
    void theSameNameWithAnotherIdIsRefusedWhileTheOldLogIsThere() throws IOException {
        TopicPartition other = new TopicPartition(new UUID(9, 9), "readings", 0);
        try (LogManager logs = TestLogs.open(directory)) {
            TestLogs.create(logs);
            assertThatThrownBy(() -> await(logs.create(other, LogConfig.defaults())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another id");
        }
    }

    @Test
    void whatACrashLeftOfCreationsAndDeletionsIsRemoved() throws IOException {
        Path half = directory.resolve("readings-0." + new UUID(1, 2) + ".new");
        Path deleted = directory.resolve("readings-1." + new UUID(1, 2) + ".deleted");
        Files.createDirectories(half);
        Files.createDirectories(deleted);
        Files.writeString(deleted.resolve("00000000000000000000.log"), "old");
        try (LogManager logs = TestLogs.open(directory)) {
            assertThat(logs.logs()).isEmpty();
            await().untilAsserted(() -> {
                assertThat(half).doesNotExist();
                assertThat(deleted).doesNotExist();
            });
        }
    }

    @Test
    void aDirectoryThatIsNoPartitionStopsTheStartWithItsName() throws IOException {
        Files.createDirectories(directory.resolve("lost+found"));
        Files.writeString(directory.resolve("notes.txt"), "plain files belong to others");
        TestLogs.open(directory).close();
        Files.createDirectories(directory.resolve("what-is-this"));
        assertThatThrownBy(() -> TestLogs.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("what-is-this")
                .hasMessageContaining("not a partition");
    }

    @Test
    void aPartitionWithoutReadableMetadataStopsTheStart() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            append(TestLogs.create(logs), "a");
        }
        Path metadata = directory.resolve("readings-0").resolve("partition.metadata");
        byte[] bytes = Files.readAllBytes(metadata);
        bytes[20] ^= 1;
        Files.write(metadata, bytes);
        assertThatThrownBy(() -> TestLogs.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("partition.metadata");
        bytes[20] ^= 1;
        Files.write(metadata, bytes);
        try (LogManager logs = TestLogs.open(directory)) {
            assertThat(readAll(logs.log(TestLogs.READINGS).orElseThrow())).containsExactly("a");
        }
    }

    @Test
    void namesThatLeadOutOfTheDirectoryAreRefused() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            for (String name : new String[] {"..", "../x", "a/b", "", "x".repeat(250)}) {
                assertThatThrownBy(() ->
                                await(logs.create(new TopicPartition(new UUID(1, 1), name, 0), LogConfig.defaults())))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> await(logs.create(
                            new TopicPartition(new UUID(1, 1), "x".repeat(249), 1_000_000), LogConfig.defaults())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("too long");
            assertThat(logs.isOnline()).isTrue();
            TopicPartition longest = new TopicPartition(new UUID(1, 1), "x".repeat(244), 1234);
            append(await(logs.create(longest, LogConfig.defaults())), "a");
            await(logs.delete(longest));
        }
    }

    @Test
    void sequencesAndEpochsSurviveARestart() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            await(log.append(TestBatch.of("a", "b").producer(7, 0, 0).build(), 3, AppendOrigin.CLIENT));
        }
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            assertThat(log.latestEpoch()).hasValue(3);
            AppendResult again =
                    await(log.append(TestBatch.of("a", "b").producer(7, 0, 0).build(), 3, AppendOrigin.CLIENT));
            assertThat(again).isEqualTo(new AppendResult(0, 1, -1, 0, true));
            assertThat(readAll(log)).containsExactly("a", "b");
        }
    }

    @Test
    void twoHundredPartitionsAreOpenInAMoment() throws IOException {
        List<CompletionStage<PartitionLog>> creations = new ArrayList<>();
        try (LogManager logs = TestLogs.open(directory)) {
            for (int i = 0; i < 200; i++) {
                creations.add(logs.create(new TopicPartition(new UUID(5, 5), "many", i), LogConfig.defaults()));
            }
            List<CompletionStage<AppendResult>> appends = new ArrayList<>();
            for (CompletionStage<PartitionLog> creation : creations) {
                for (int i = 0; i < 10; i++) {
                    appends.add(
                            await(creation).append(TestBatch.of("value-" + i).build(), 0, AppendOrigin.CLIENT));
                }
            }
            appends.forEach(TestLogs::await);
        }
        assertThat(msOfTheQuickestOpening(false)).as("ms, after a clean stop").isLessThan(2_000);
        assertThat(msOfTheQuickestOpening(true))
                .as("ms, with everything to check")
                .isLessThan(4_000);
    }

    /** Of several: a disk, or a machine, that stands still for a moment does not do so each time. */
    private long msOfTheQuickestOpening(boolean afterACrash) throws IOException {
        long quickest = Long.MAX_VALUE;
        for (int i = 0; i < OPENINGS; i++) {
            if (afterACrash) {
                Files.delete(directory.resolve("clean-shutdown"));
                Files.delete(directory.resolve("recovery-points"));
            }
            long began = System.nanoTime();
            try (LogManager logs = TestLogs.open(directory)) {
                quickest = Math.min(quickest, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
                assertThat(logs.logs())
                        .hasSize(200)
                        .allMatch(log -> log.offsets().logEndOffset() == 10);
            }
        }
        return quickest;
    }

    /** What a crash would leave: there is no clean-shutdown file while it runs. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else if (Files.exists(each)) {
                    Files.copy(each, target);
                }
            }
        }
    }
}
