package io.millrace.storage.compaction;

import static io.millrace.storage.TestLogs.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.CompactionConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactionTest {

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
    void theNewestRecordOfEachKeyStaysAtItsOffset() throws IOException {
        for (int i = 0; i < 30; i++) {
            log.put("k" + i % 3, "v" + i);
        }
        log.roll();
        long bytes = log.log().sizeBytes();

        log.compact();

        assertThat(TestRecord.lines(log.log()).subList(0, 3)).containsExactly("27:k0=v27", "28:k1=v28", "29:k2=v29");
        assertThat(log.log().offsets().logStartOffset()).isZero();
        assertThat(log.log().offsets().logEndOffset()).isEqualTo(32);
        assertThat(log.log().sizeBytes()).isLessThan(bytes);
        List<String> before = TestRecord.lines(log.log());
        log.reopen();
        assertThat(TestRecord.lines(log.log())).isEqualTo(before);
        assertThat(log.put("k0", "again").baseOffset()).isEqualTo(32);
    }

    @Test
    void whoeverCopiesALogIsToldHowFarItMayHaveGaps() throws IOException {
        log.configure(CompactedLog.config(true, false, CompactedLog.ALWAYS));
        assertThat(log.log().history(0).gapsBelow()).isZero();
        log.configure(CompactedLog.config(CompactedLog.ALWAYS));
        for (int i = 0; i < 30; i++) {
            log.put("k" + i % 3, "v" + i);
        }
        log.roll();
        log.compact();
        log.put("k0", "after");
        assertThat(log.log().history(0).gapsBelow()).isBetween(20L, 32L);

        log.configure(CompactedLog.config(true, false, CompactedLog.ALWAYS));
        log.reopen();

        assertThat(log.log().history(0).gapsBelow())
                .isEqualTo(log.log().offsets().logEndOffset());
    }

    @Test
    void segmentsThatBecameSmallAreMerged() throws IOException {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 60; i++) {
                log.put("k" + i % 3, "v" + i);
            }
            log.roll();
            log.compact();
        }
        assertThat(log.log().segmentCount()).isBetween(4, 20);
        assertThat(log.log().offsets().logEndOffset()).isEqualTo(186);
        assertThat(log.view()).containsEntry("k0", "v57").hasSize(4);
    }

    @Test
    void nothingAboveTheStableOffsetIsTouched() throws IOException {
        for (int i = 0; i < 40; i++) {
            log.put("k", "v" + i);
        }
        log.log().compactBelow(() -> 20);
        log.compact();
        List<String> lines = TestRecord.lines(log.log());
        assertThat(lines).hasSizeBetween(20, 30).endsWith("39:k=v39");
        log.log().compactBelow(() -> 0);
        log.put("k", "v40");
        log.compact();
        assertThat(TestRecord.lines(log.log())).hasSize(lines.size() + 1);
    }

    @Test
    void whatIsCompactedOnceIsNotCompactedAgain() throws IOException {
        for (int i = 0; i < 30; i++) {
            log.put("k" + i % 3, "v" + i);
        }
        log.roll();
        log.compact();
        List<Path> files = files(".log");
        Object firstFile = Files.readAttributes(files.get(0), "unix:ino").get("ino");
        log.compact();
        log.reopen();
        log.compact();
        assertThat(Files.readAttributes(files.get(0), "unix:ino").get("ino")).isEqualTo(firstFile);
        assertThat(files("")).noneMatch(file -> file.toString().matches(".*(cleaned|swap|deleted)"));
    }

    @Test
    void aLogWaitsUntilEnoughOfItIsDirty() throws IOException {
        log.configure(CompactedLog.config(new CompactionConfig(0.6, 0, 0, Long.MAX_VALUE)));
        for (int i = 0; i < 30; i++) {
            log.put("k" + i, "v");
        }
        log.roll();
        log.compact();
        long clean = log.log().sizeBytes();
        for (int i = 0; i < 10; i++) {
            log.put("k" + i, "w");
        }
        log.roll();
        log.compact();
        assertThat(log.log().sizeBytes()).as("a third is dirty: too little").isGreaterThan(clean);
        assertThat(TestRecord.lines(log.log())).contains("0:k0=v");
        for (int i = 0; i < 90; i++) {
            log.put("k" + i % 30, "x");
        }
        log.roll();
        log.compact();
        assertThat(TestRecord.lines(log.log())).doesNotContain("0:k0=v");
    }

    @Test
    void aRecordIsLeftAloneForTheLeastLagAndNotLongerThanTheLargest() throws IOException {
        log.configure(CompactedLog.config(new CompactionConfig(1, 0, 5_000, 60_000)));
        for (int i = 0; i < 30; i++) {
            log.put("k", "v" + i);
        }
        log.compact();
        assertThat(TestRecord.lines(log.log())).hasSize(30);
        log.nowMs += 59_000;
        log.compact();
        assertThat(TestRecord.lines(log.log())).as("the ratio is never above 1").hasSize(30);
        log.nowMs += 2_000;
        log.compact();
        log.compact();
        assertThat(TestRecord.lines(log.log()))
                .as("also of the active segment, which was closed although nobody appended")
                .containsExactly("29:k=v29");
        log.put("k", "new");
        log.roll();
        log.nowMs += 1_000;
        log.compact();
        assertThat(TestRecord.lines(log.log())).contains("29:k=v29");
    }

    @Test
    void moreKeysThanFitIntoTheMapAreCompactedPieceByPiece() throws IOException {
        log.close();
        log.mapBytes(1024).open();
        for (int i = 0; i < 400; i++) {
            log.put("k" + i % 200, "v" + i);
        }
        log.roll();
        log.compact();
        log.compact();
        assertThat(TestRecord.lines(log.log())).hasSize(202).startsWith("200:k0=v200");
    }

    @Test
    void thePolicyChangesOnALiveLogEachWay() throws IOException {
        log.configure(CompactedLog.config(true, false, CompactedLog.ALWAYS));
        for (int i = 0; i < 30; i++) {
            log.put(i % 4 == 3 ? null : "k", "v" + i);
        }
        log.roll();
        log.compact();
        assertThat(TestRecord.lines(log.log())).hasSize(32);

        log.configure(CompactedLog.config(false, true, CompactedLog.ALWAYS));
        log.compact();
        assertThat(TestRecord.lines(log.log())).as("records without a key go").startsWith("29:k=v29");

        log.configure(CompactedLog.config(true, true, CompactedLog.ALWAYS));
        for (int i = 0; i < 30; i++) {
            log.put("k", "w" + i);
        }
        log.roll();
        await(log.log().advanceLogStart(40));
        log.compact();
        assertThat(TestRecord.lines(log.log())).startsWith("61:k=w29");

        log.configure(CompactedLog.config(true, false, CompactedLog.ALWAYS));
        log.put(null, "no key");
        assertThat(log.log().offsets().logStartOffset()).isEqualTo(40);
    }

    @Test
    void lookupsByTimeFindOnlyWhatIsStillThere() throws IOException {
        for (int i = 0; i < 30; i++) {
            log.nowMs += 1000;
            log.put("k" + i % 2, "v" + i);
        }
        long last = log.nowMs;
        log.nowMs -= 100_000;
        log.roll();
        log.compact();
        assertThat(log.log().findByTimestamp(0, 100).orElseThrow().offset()).isEqualTo(28);
        assertThat(log.log().findByTimestamp(last, 100).orElseThrow().offset()).isEqualTo(29);
        assertThat(log.log().findMaxTimestamp(100).orElseThrow().timestampMs()).isEqualTo(last);
    }

    private List<Path> files(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("readings-0"))) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }
}
