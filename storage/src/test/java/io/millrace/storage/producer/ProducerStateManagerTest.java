package io.millrace.storage.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.LogException;
import io.millrace.storage.TestBatch;
import io.millrace.storage.file.Disk;
import io.millrace.storage.producer.ProducerStateManager.Checked;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProducerStateManagerTest {

    private long monotonicNanos;
    private final ProducerStateManager producers = new ProducerStateManager(1_000, () -> monotonicNanos);
    private long nextOffset;

    @Test
    void aBatchThatComesAgainIsADuplicateWithTheOffsetsOfTheFirstTime() {
        for (int i = 0; i < 5; i++) {
            assertThat(send(7, 0, i * 2, 2).duplicateOf()).isNull();
        }
        for (int i = 0; i < 5; i++) {
            Checked again = send(7, 0, i * 2, 2);
            assertThat(again.duplicateOf()).isEqualTo(new ProducerStateManager.StoredOffsets(i * 2, i * 2 + 1));
        }
    }

    @Test
    void aBatchOlderThanTheLastFiveIsKnownToBeStoredButNotWhere() {
        for (int i = 0; i < 6; i++) {
            send(7, 0, i, 1);
        }
        assertThatThrownBy(() -> send(7, 0, 0, 1)).isInstanceOf(LogException.DuplicateSequence.class);
        assertThat(send(7, 0, 1, 1).duplicateOf().baseOffset()).isEqualTo(1);
    }

    @Test
    void aGapIsRefusedAndChangesNothing() {
        send(7, 0, 0, 1);
        assertThatThrownBy(() -> send(7, 0, 2, 1))
                .isInstanceOf(LogException.OutOfOrderSequence.class)
                .hasMessageContaining("expected 1");
        assertThat(send(7, 0, 1, 1).duplicateOf()).isNull();
    }

    @Test
    void aNewEpochFencesTheOldAndBeginsAtZero() {
        send(7, 0, 0, 3);
        assertThatThrownBy(() -> send(7, 1, 3, 1)).isInstanceOf(LogException.OutOfOrderSequence.class);
        send(7, 1, 0, 1);
        assertThatThrownBy(() -> send(7, 0, 3, 1)).isInstanceOf(LogException.ProducerFenced.class);
    }

    @Test
    void aProducerThatIsNotKnownMayBeginAnywhere() {
        assertThat(send(7, 3, 12345, 1).duplicateOf()).isNull();
        assertThat(send(7, 3, 12346, 1).duplicateOf()).isNull();
    }

    @Test
    void aProducerThatIsNotKnownBeginsAtZeroWhileTheLeaderIsNew() {
        producers.leaderEpochBegan();
        // The clock of the wall may say what it wants.
        long soonMs = 10 * ProducerStateManager.STRANGERS_BEGIN_AT_ZERO_MS;
        monotonicNanos = TimeUnit.MILLISECONDS.toNanos(ProducerStateManager.STRANGERS_BEGIN_AT_ZERO_MS) - 1;
        ByteBuffer later = TestBatch.of("a").producer(7, 0, 5).build();

        assertThatThrownBy(() -> producers.checkAndUpdate(later, 0, 0, soonMs))
                .isInstanceOf(LogException.OutOfOrderSequence.class)
                .hasMessageContaining("send them again first");
        assertThat(producers.size()).isZero();
        producers.checkAndUpdate(TestBatch.of("a").producer(8, 0, 0).build(), 0, 0, soonMs);
        monotonicNanos++;
        producers.checkAndUpdate(later, 0, 1, soonMs);
        assertThat(producers.size()).isEqualTo(2);
    }

    @Test
    void sequencesWrapAtTheLargestInt() {
        send(7, 0, Integer.MAX_VALUE - 1, 4);
        assertThat(send(7, 0, 2, 1).duplicateOf()).isNull();
        assertThat(send(7, 0, Integer.MAX_VALUE - 1, 4).duplicateOf()).isNotNull();
        assertThatThrownBy(() -> send(7, 0, 4, 1)).isInstanceOf(LogException.OutOfOrderSequence.class);
    }

    @Test
    void whatIsUndoneCanBeSentAgain() {
        send(7, 0, 0, 1);
        Checked second = send(7, 0, 1, 1);
        Checked third = send(7, 0, 2, 1);
        producers.undo(third.undo());
        producers.undo(second.undo());
        nextOffset = 1;
        assertThat(send(7, 0, 1, 1).duplicateOf()).isNull();
        Checked other = send(8, 0, 0, 1);
        producers.undo(other.undo());
        assertThat(producers.size()).isEqualTo(1);
    }

    @Test
    void aSilentProducerIsForgotten() {
        producers.checkAndUpdate(TestBatch.of("a").producer(7, 0, 0).build(), 0, 0, 0);
        producers.checkAndUpdate(TestBatch.of("a").producer(8, 0, 0).build(), 0, 1, 900);
        producers.expire(1_100);
        assertThat(producers.size()).isEqualTo(1);
        assertThat(producers
                        .checkAndUpdate(TestBatch.of("a").producer(7, 0, 40).build(), 0, 2, 1_100)
                        .duplicateOf())
                .isNull();
    }

    @Test
    void snapshotsComeBackAsTheyWere(@TempDir Path directory) throws Exception {
        ProducerSnapshotFiles files = new ProducerSnapshotFiles(Disk.local(), directory);
        send(7, 2, 5, 3);
        files.write(producers.snapshot(3), 5, 0);
        send(7, 2, 8, 1);
        send(9, 0, 0, 1);
        files.write(producers.snapshot(5), 5, 0);
        assertThat(files.newestUpTo(10)).contains(producers.snapshot(5));
        assertThat(files.newestUpTo(4).orElseThrow().offset()).isEqualTo(3);
        assertThat(files.newestUpTo(2)).isEmpty();
        files.deleteAbove(3);
        assertThat(files.newestUpTo(10).orElseThrow().offset()).isEqualTo(3);
    }

    @Test
    void theNewestSnapshotThatACrashCannotTakeStays(@TempDir Path directory) throws Exception {
        ProducerSnapshotFiles files = new ProducerSnapshotFiles(Disk.local(), directory);
        send(7, 2, 5, 3);
        for (int offset = 1; offset <= 6; offset++) {
            files.write(producers.snapshot(offset), 2, 0);
        }
        assertThat(files.newestUpTo(2).orElseThrow().offset()).isEqualTo(2);
        assertThat(files.newestUpTo(1)).isEmpty();
    }

    @Test
    void theNewestSnapshotUpToTheLogStartStays(@TempDir Path directory) throws Exception {
        ProducerSnapshotFiles files = new ProducerSnapshotFiles(Disk.local(), directory);
        send(7, 2, 5, 3);
        for (int offset = 1; offset <= 6; offset++) {
            files.write(producers.snapshot(offset), offset, 2);
        }
        assertThat(files.newestUpTo(4).orElseThrow().offset()).isEqualTo(2);
        assertThat(files.newestUpTo(1)).isEmpty();
    }

    private Checked send(long id, int epoch, int sequence, int records) {
        String[] values = new String[records];
        Arrays.fill(values, "v");
        ByteBuffer batch = TestBatch.of(values).producer(id, epoch, sequence).build();
        Checked checked = producers.checkAndUpdate(batch, 0, nextOffset, 0);
        if (checked.duplicateOf() == null) {
            nextOffset += records;
        }
        return checked;
    }
}
