package io.millrace.storage.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TestBatch;
import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogTailTest {

    @Test
    void whatIsKeptDoesNotHoldTheBufferThatItCameIn() {
        LogTail tail = new LogTail(new TailCache(1 << 20));
        ByteBuffer batch = batch(0, 1, 5_000);
        tail.add(0, 0, batch);
        ByteBuffer kept = batch.duplicate();
        batch = batch(0, 1, 5_000);
        kept.put(kept.limit() - 1, (byte) 77);
        ByteBuffer read =
                ((LogSlice.Memory) tail.read(0, 1, 1 << 20, true).slices().get(0)).batches();
        assertThat(read).isEqualTo(batch);
        assertThat(read.isReadOnly()).isTrue();
    }

    @Test
    void whoReadsKeepsWhatItReadsThoughItIsGivenUp() {
        LogTail tail = new LogTail(new TailCache(40_000));
        ByteBuffer first = batch(0, 1, 3_000);
        tail.add(0, 0, first);
        ByteBuffer read =
                ((LogSlice.Memory) tail.read(0, 1, 1 << 20, true).slices().get(0)).batches();
        for (int i = 1; i < 100; i++) {
            tail.add(i, i, batch(i, 1, 3_000));
        }
        assertThat(tail.covers(0)).isFalse();
        assertThat(read).isEqualTo(first);
    }

    @Test
    void whatOneLogGivesUpTakesWhatLiesBeforeItAlong() {
        TailCache cache = new TailCache(100_000, 10_000);
        LogTail tail = new LogTail(cache);
        tail.add(0, 0, batch(0, 1, 4_000));
        // Has memory of its own, though the first one has room.
        tail.add(1, 1, batch(1, 1, 40_000));
        tail.add(2, 2, batch(2, 1, 4_000));
        LogTail other = new LogTail(cache);
        for (int i = 0; tail.covers(2); i++) {
            other.add(i, i, batch(i, 1, 3_000));
            assertThat(i).isLessThan(100);
        }
        assertThat(tail.covers(1)).isFalse();
        assertThat(tail.read(2, 3, 1 << 20, true)).isNull();
    }

    @Test
    void arraysAreLargeEnoughForTheCollectorToLeaveThemWhereTheyAre() {
        assertThat(TailCache.unmovedBytes(64L << 20)).isBetween(512 << 10, 1 << 20);
        assertThat(TailCache.unmovedBytes(2L << 30)).isBetween(512 << 10, 1 << 20);
        assertThat(TailCache.unmovedBytes(6L << 30)).isBetween(2 << 20, 4 << 20);
        assertThat(TailCache.unmovedBytes(300L << 30)).isBetween(16 << 20, 32 << 20);
    }

    @Test
    void smallAppendsAreReadInFewPieces() {
        LogTail tail = new LogTail(new TailCache(1 << 20));
        for (int i = 0; i < 100; i++) {
            tail.add(i, i, batch(i, 1, 20));
        }
        ReadResult result = tail.read(0, 100, 1 << 20, true);
        assertThat(result.slices().size()).isLessThan(10);
        assertThat(lastOffset(result)).isEqualTo(99);
    }

    @Test
    void memoryIsBoundedOverAllLogsAndTheOldestGoesFirst() {
        TailCache cache = new TailCache(100_000);
        LogTail first = new LogTail(cache);
        LogTail second = new LogTail(cache);
        for (int i = 0; i < 50; i++) {
            first.add(i, i, batch(i, 1, 3_000));
            second.add(i, i, batch(i, 1, 3_000));
            assertThat(cache.sizeBytes()).isLessThanOrEqualTo(100_000);
        }
        assertThat(first.covers(0)).isFalse();
        assertThat(first.read(0, 50, 100, true)).isNull();
        assertThat(first.covers(49)).isTrue();
        assertThat(second.covers(49)).isTrue();
    }

    @Test
    void whatIsTooLargeToKeepLeavesNoHole() {
        TailCache cache = new TailCache(10_000);
        LogTail tail = new LogTail(cache);
        tail.add(0, 0, batch(0, 1, 100));
        tail.add(1, 1, batch(1, 1, 9_000));
        assertThat(tail.covers(0)).isFalse();
        tail.add(2, 2, batch(2, 1, 100));
        assertThat(tail.covers(1)).isFalse();
        assertThat(tail.covers(2)).isTrue();
    }

    @Test
    void everyReadGivesWholeBatchesFromTheAskedOffset() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        LogTail tail = new LogTail(new TailCache(50_000));
        long next = 0;
        for (int round = 0; round < 2_000; round++) {
            int records = 1 + random.nextInt(3);
            tail.add(next, next + records - 1, batch(next, records, random.nextInt(4_000)));
            next += records;
            long asked = Math.max(0, next - 1 - random.nextInt(20));
            long limit = asked + 1 + random.nextInt(20);
            ReadResult result = tail.read(asked, Math.min(limit, next), 1 + random.nextInt(10_000), true);
            if (result == null) {
                assertThat(tail.covers(asked)).as("seed %d", seed).isFalse();
                continue;
            }
            long expected = -1;
            for (LogSlice slice : result.slices()) {
                ByteBuffer batches = ((LogSlice.Memory) slice).batches();
                for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
                    long base = BatchHeader.baseOffset(batches, at);
                    if (expected < 0) {
                        assertThat(base).as("seed %d", seed).isLessThanOrEqualTo(asked);
                        assertThat(BatchHeader.lastOffset(batches, at)).isGreaterThanOrEqualTo(asked);
                    } else {
                        assertThat(base).as("seed %d", seed).isEqualTo(expected);
                    }
                    expected = BatchHeader.lastOffset(batches, at) + 1;
                    assertThat(expected).as("seed %d", seed).isLessThanOrEqualTo(limit);
                }
            }
        }
    }

    private static ByteBuffer batch(long offset, int records, int valueBytes) {
        String[] values = new String[records];
        Arrays.fill(values, "v".repeat(valueBytes));
        return TestBatch.of(values).copiedFrom(offset, 0).build();
    }

    private static long lastOffset(ReadResult result) {
        ByteBuffer last = ((LogSlice.Memory) result.slices().get(result.slices().size() - 1)).batches();
        long offset = -1;
        for (int at = 0; at < last.limit(); at += BatchHeader.sizeBytes(last, at)) {
            offset = BatchHeader.lastOffset(last, at);
        }
        return offset;
    }
}
