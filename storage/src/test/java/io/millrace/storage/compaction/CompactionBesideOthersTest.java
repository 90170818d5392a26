package io.millrace.storage.compaction;

import static io.millrace.storage.TestLogs.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TestLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers, cuts and deletions while a log is compacted. */
class CompactionBesideOthersTest {

    @TempDir
    Path directory;

    private CompactedLog log;

    @BeforeEach
    void open() throws IOException {
        log = CompactedLog.open(directory);
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void whatAReaderHoldsStaysAsItWas() throws IOException {
        for (int i = 0; i < 30; i++) {
            log.put("k", "v" + i);
        }
        try (ReadResult result = log.log().read(0, 30, 1, true)) {
            assertThat(result.slices().get(0)).isInstanceOf(LogSlice.File.class);
            log.compact();
            assertThat(TestRecord.lines(log.log())).doesNotContain("0:k=v0");
            assertThat(TestRecord.in(result.toBuffer()))
                    .singleElement()
                    .matches(record -> record.value().equals("v0"));
        }
    }

    @Test
    void readersGoOnWhileSegmentsAreExchangedUnderThem() throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(2);
        AtomicBoolean stop = new AtomicBoolean();
        try {
            Future<Integer> everything = readers.submit(() -> {
                int rounds = 0;
                while (!stop.get()) {
                    readOnce();
                    rounds++;
                }
                return rounds;
            });
            Future<Integer> times = readers.submit(() -> {
                int rounds = 0;
                while (!stop.get()) {
                    log.log().findByTimestamp(log.nowMs, Long.MAX_VALUE);
                    log.log().findMaxTimestamp(Long.MAX_VALUE);
                    rounds++;
                }
                return rounds;
            });
            for (int i = 0; i < 600; i++) {
                log.put("k" + i % 7, "k" + i % 7 + "/" + i);
                if (i % 20 == 19) {
                    log.compact();
                }
            }
            stop.set(true);
            assertThat(everything.get()).isPositive();
            assertThat(times.get()).isPositive();
            assertThat(TestRecord.lines(log.log())).hasSizeLessThan(60);
        } finally {
            stop.set(true);
            readers.shutdown();
        }
    }

    private void readOnce() throws IOException {
        long last = -1;
        for (TestRecord record : TestRecord.in(TestRecord.readAll(log.log(), 200))) {
            assertThat(record.offset()).isGreaterThan(last);
            last = record.offset();
            assertThat(record.value()).isEqualTo(record.key() + "/" + record.offset());
        }
    }

    @Test
    void aLogThatIsCutInAHoleEndsBehindItsLastBatchAlsoAfterARestart() throws Exception {
        for (int i = 0; i < 30; i++) {
            log.put(i == 4 ? "once" : "k", "v" + i);
        }
        log.roll();
        log.compact();
        log.log().compactBelow(() -> 0);
        await(log.log().truncateTo(7));
        long end = log.log().offsets().logEndOffset();
        assertThat(end).isBetween(5L, 7L);
        log.reopen();
        assertThat(log.log().offsets().logEndOffset()).isEqualTo(end);
        assertThat(log.put("k", "new").baseOffset()).isEqualTo(end);
        assertThat(TestRecord.lines(log.log())).containsExactly("4:once=v4", end + ":k=new");
    }

    @Test
    void cutsAndRetentionBesideACompactionLeaveALogThatOpens() throws Exception {
        for (int round = 0; round < 15; round++) {
            for (int i = 0; i < 25; i++) {
                log.put("k" + i % 3, "v" + i);
            }
            CompletableFuture<Void> compaction = log.logs().compact().toCompletableFuture();
            long end = log.log().offsets().logEndOffset();
            if (round % 2 == 0) {
                await(log.log().truncateTo(end - 12));
            } else {
                await(log.log().advanceLogStart(end - 18));
            }
            await(compaction);
            log.compact();
        }
        List<String> lines = TestRecord.lines(log.log());
        long start = log.log().offsets().logStartOffset();
        log.reopen();
        assertThat(TestRecord.lines(log.log())).isEqualTo(lines);
        assertThat(log.log().offsets().logStartOffset()).isEqualTo(start);
    }

    @Test
    void aLogThatIsDeletedWhileItIsCompactedIsGone() throws Exception {
        for (int i = 0; i < 200; i++) {
            log.put("k" + i % 3, "v" + i);
        }
        CompletableFuture<Void> compaction = log.logs().compact().toCompletableFuture();
        await(log.logs().delete(TestLogs.READINGS));
        assertThatCode(() -> await(compaction)).doesNotThrowAnyException();
        assertThat(log.logs().isOnline()).isTrue();
        log.reopen();
        assertThat(log.put("k", "new").baseOffset()).isZero();
    }
}
