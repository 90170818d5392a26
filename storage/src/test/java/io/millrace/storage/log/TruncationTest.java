package io.millrace.storage.log;

import static io.millrace.storage.TestLogs.append;
import static io.millrace.storage.TestLogs.await;
import static io.millrace.storage.TestLogs.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.FaultyDisk;
import io.millrace.storage.LogException;
import io.millrace.storage.LogHistory;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.PartitionLog.EpochEndOffset;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.epoch.EpochStart;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TruncationTest {

    @TempDir
    Path directory;

    @Test
    void aLogCanBeCutRightAfterAStart() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            for (int i = 0; i < 10; i++) {
                append(log, "v" + i);
            }
        }
        for (int end = 9; end > 0; end--) {
            try (LogManager logs = TestLogs.open(directory)) {
                PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
                await(log.truncateTo(end));
                assertThat(log.offsets().logEndOffset()).isEqualTo(end);
            }
        }
    }

    @Test
    void aCopyIsTakenOnlyWhereTheLogStillEndsAsItDidWhenItWasAskedFor() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            append(log, "a");
            append(log, "b");
            await(log.truncateTo(1));

            assertThatThrownBy(() -> await(
                            log.appendCopy(TestBatch.of("late").copiedFrom(2, 9).build(), 9, 2, LogHistory.UNKNOWN)))
                    .isInstanceOf(LogException.UnexpectedEnd.class);
            // Compaction took offset 1 away at the leader.
            await(log.appendCopy(TestBatch.of("c").copiedFrom(2, 9).build(), 9, 1, LogHistory.UNKNOWN));

            assertThat(log.offsets().logEndOffset()).isEqualTo(3);
            assertThat(TestLogs.readFrom(log, 2, 1 << 20)).containsExactly("c");
        }
    }

    @Test
    void aLogCanBeCutAtAnyOffsetAndGoesOnThere() throws IOException {
        try (LogManager logs = TestLogs.open(TestLogs.config(directory), new FaultyDisk())) {
            PartitionLog log = TestLogs.create(logs, TestLogs.segmentBytes(500));
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                append(log, "v" + i);
                expected.add("v" + i);
            }
            for (int cut = 59; cut >= 0; cut -= 7) {
                await(log.truncateTo(cut));
                assertThat(log.offsets().logEndOffset()).isEqualTo(cut);
                assertThat(log.offsets().durableOffset()).isLessThanOrEqualTo(cut);
                expected = new ArrayList<>(expected.subList(0, cut));
                assertThat(readAll(log)).isEqualTo(expected);
                append(log, "after-" + cut);
                expected.add("after-" + cut);
                assertThat(readAll(log)).isEqualTo(expected);
                long end = cut + 1;
                await().until(() -> log.offsets().durableOffset() == end);
            }
            await(log.truncateTo(0));
            assertThat(readAll(log)).isEmpty();
            append(log, "again");
        }
        try (LogManager logs = TestLogs.open(directory)) {
            assertThat(readAll(logs.log(TestLogs.READINGS).orElseThrow())).containsExactly("again");
        }
    }

    @Test
    void aBatchThatSpansTheCutGoesAsAWhole() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            append(log, "a");
            append(log, "b", "c", "d");
            await(log.truncateTo(2));
            assertThat(log.offsets().logEndOffset()).isEqualTo(1);
            assertThat(readAll(log)).containsExactly("a");
        }
    }

    @Test
    void epochsAndSequencesAreCutWithTheLog() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            await(log.append(TestBatch.of("a").producer(7, 0, 0).build(), 1, AppendOrigin.CLIENT));
            await(log.append(TestBatch.of("b").producer(7, 0, 1).build(), 2, AppendOrigin.CLIENT));
            await(log.beginEpoch(5));
            assertThat(log.endOffsetForEpoch(2)).contains(new EpochEndOffset(2, 2));
            assertThatThrownBy(() -> await(log.append(TestBatch.of("old").build(), 4, AppendOrigin.CLIENT)))
                    .isInstanceOf(LogException.FencedEpoch.class);
            await(log.truncateTo(2));
            assertThat(log.latestEpoch()).as("the empty epoch goes too").hasValue(2);
            await(log.truncateTo(1));
            assertThat(log.latestEpoch()).hasValue(1);
            AppendResult again =
                    await(log.append(TestBatch.of("b2").producer(7, 0, 1).build(), 3, AppendOrigin.CLIENT));
            assertThat(again.duplicate()).isFalse();
            assertThat(readAll(log)).containsExactly("a", "b2");
        }
    }

    @Test
    void copiesOfALeaderKeepTheirOffsetsAndMustGoOnWhereTheLogEnds() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            await(log.append(TestBatch.of("a").copiedFrom(0, 1).build(), 4, AppendOrigin.REPLICATION));
            await(log.append(TestBatch.of("f").copiedFrom(5, 3).build(), 4, AppendOrigin.REPLICATION));
            assertThat(log.offsets().logEndOffset()).isEqualTo(6);
            assertThat(log.endOffsetForEpoch(1)).contains(new EpochEndOffset(1, 5));
            assertThatThrownBy(() ->
                            await(log.append(TestBatch.of("x").copiedFrom(5, 3).build(), 4, AppendOrigin.REPLICATION)))
                    .isInstanceOf(LogException.CorruptBatch.class);
            assertThatThrownBy(() ->
                            await(log.append(TestBatch.of("x").copiedFrom(6, 2).build(), 4, AppendOrigin.REPLICATION)))
                    .isInstanceOf(LogException.CorruptBatch.class);
            assertThat(log.offsets().logEndOffset()).isEqualTo(6);
        }
    }

    /** Base offset and leader epoch are not under the checksum of a batch: the leader says what they have to be. */
    @Test
    void aCopyWhoseOffsetOrEpochIsNotTheLeadersIsRefused() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            LogHistory leaders = new LogHistory(List.of(new EpochStart(3, 0), new EpochStart(5, 1)), 0);
            await(log.appendCopy(TestBatch.of("a").copiedFrom(0, 3).build(), 6, 0, leaders));
            for (int epoch : new int[] {3, 4, 6}) {
                assertCorrupt(log, TestBatch.of("b").copiedFrom(1, epoch), leaders);
            }
            assertCorrupt(log, TestBatch.of("b").copiedFrom(2, 5), leaders);
            assertThat(log.offsets().logEndOffset()).isEqualTo(1);
            assertThat(log.history(0)).isEqualTo(new LogHistory(List.of(new EpochStart(3, 0)), 0));

            await(log.appendCopy(TestBatch.of("b").copiedFrom(1, 5).build(), 6, 1, leaders));

            assertThat(log.history(1)).isEqualTo(new LogHistory(List.of(new EpochStart(5, 1)), 0));
        }
    }

    @Test
    void aGapIsCopiedOnlyWhereTheLeaderSaysThatCompactionMayHaveLeftOneAndThatIsRemembered() throws IOException {
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = TestLogs.create(logs);
            LogHistory leaders = new LogHistory(List.of(new EpochStart(3, 0)), 8);
            await(log.appendCopy(TestBatch.of("a").copiedFrom(0, 3).build(), 3, 0, leaders));
            assertCorrupt(log, TestBatch.of("b").copiedFrom(9, 3), leaders);
            assertThat(log.history(0).gapsBelow()).isZero();

            await(log.appendCopy(TestBatch.of("b").copiedFrom(5, 3).build(), 3, 1, leaders));
            await(log.appendCopy(TestBatch.of("c").copiedFrom(6, 3).build(), 3, 6, leaders));

            assertThat(log.history(0).gapsBelow()).as("a bound of the gaps").isEqualTo(6);
        }
        try (LogManager logs = TestLogs.open(directory)) {
            PartitionLog log = logs.log(TestLogs.READINGS).orElseThrow();
            assertThat(log.history(0).gapsBelow()).as("where it ended").isEqualTo(7);
        }
    }

    private static void assertCorrupt(PartitionLog log, TestBatch copied, LogHistory leaders) {
        long end = log.offsets().logEndOffset();
        assertThatThrownBy(() -> await(log.appendCopy(copied.build(), 6, end, leaders)))
                .isInstanceOf(LogException.CorruptBatch.class);
        assertThat(log.offsets().logEndOffset()).isEqualTo(end);
    }
}
