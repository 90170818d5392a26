package io.millrace.storage.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.millrace.storage.TestLogs;
import io.millrace.storage.crash.disk.CrashDisk;
import io.millrace.storage.inspect.Finding;
import io.millrace.storage.inspect.LogVerifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * A crash in every change of the disk that a compaction makes (T40): the segments are the old ones or the new ones, never both
 * and never neither. {@code -Dmillrace.crash.seed=} and {@code -Dmillrace.crash.point=} replay one case.
 */
class CompactionCrashTest {

    private static final Path DIRECTORY = Path.of("/data");

    /** Four, and two that find what a directory that was not forced can lose. */
    private static final long[] SEEDS = {0, 1, 2, 3, 16, 20};

    private static final int RECORDS = 35;
    private static final long JOURNAL_BYTES = 256 << 10;

    /** The start after the crash makes a few changes; every other start dies in one of them. */
    private static final int RECOVERY_OPERATIONS = 10;

    private final Logger storage = (Logger) LoggerFactory.getLogger("io.millrace.storage");

    @BeforeEach
    void quiet() {
        storage.setLevel(Level.OFF);
    }

    @AfterEach
    void loud() {
        storage.setLevel(null);
    }

    @Test
    void aCrashInAnyStepLeavesTheOldSegmentsOrTheNewOnes() throws IOException {
        CrashDisk whole = new CrashDisk();
        CompactedLog log = prepared(whole);
        List<String> before = TestRecord.lines(log.log());
        Map<String, String> view = log.view();
        long operations = whole.operations();
        log.compact();
        int points = (int) (whole.operations() - operations);
        List<String> after = TestRecord.lines(log.log());
        assertThat(after).hasSizeLessThan(before.size());
        log.close();

        Integer onlyPoint = Integer.getInteger("millrace.crash.point");
        int cases = 0;
        for (int point = 1; point <= points; point++) {
            if (onlyPoint != null && onlyPoint != point) {
                continue;
            }
            CrashDisk disk = new CrashDisk();
            CompactedLog crashed = prepared(disk);
            disk.crashAtOperation(disk.operations() + point);
            crashed.compact();
            crashed.close();
            for (long seed : seeds()) {
                try {
                    check(disk, seed * 1_000 + point, before, view);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(
                            "crash in operation " + point + ", " + disk.last() + ", replay with -Dmillrace.crash.seed="
                                    + seed + " -Dmillrace.crash.point=" + point,
                            e);
                }
                cases++;
            }
        }
        System.out.printf("crash suite: compaction: %d crash points, %d cases%n", points, cases);
    }

    private static long[] seeds() {
        Long only = Long.getLong("millrace.crash.seed");
        if (only != null) {
            return new long[] {only};
        }
        Integer count = Integer.getInteger("millrace.crash.seeds");
        return count == null ? SEEDS : LongStream.range(0, count).toArray();
    }

    private static void check(CrashDisk crashed, long seed, List<String> before, Map<String, String> view)
            throws IOException {
        boolean powerCut = seed % 4 != 0;
        CrashDisk found = crashed.reboot(seed, powerCut);
        List<Finding> findings = new ArrayList<>();
        LogVerifier.verify(found, DIRECTORY, findings::add);
        assertThat(findings).as("a crash is no damage").noneMatch(one -> one.severity() == Finding.Severity.DAMAGE);
        if (seed % 2 == 0) {
            found.crashAtOperation(found.operations() + 1 + seed % RECOVERY_OPERATIONS);
            try {
                CompactedLog dies = new CompactedLog(DIRECTORY, found)
                        .journalBytes(JOURNAL_BYTES)
                        .open();
                found.die();
                dies.close();
            } catch (IOException | RuntimeException e) {
                assertThat(found.isDead()).as(e.toString()).isTrue();
            }
            found = found.reboot(seed + 1, powerCut);
        }
        CompactedLog log =
                new CompactedLog(DIRECTORY, found).journalBytes(JOURNAL_BYTES).open();
        try {
            assertThat(log.view()).isEqualTo(view);
            assertThat(log.log().offsets().logEndOffset()).isEqualTo(RECORDS);
            assertThat(before).containsSubsequence(TestRecord.lines(log.log()));
            log.compact();
            assertThat(log.view()).isEqualTo(view);
            assertThat(found.list(DIRECTORY.resolve("readings-0")))
                    .noneMatch(file -> file.toString().matches(".*(cleaned|swap|deleted|tmp)"));
            assertThat(log.put("after", "the crash").baseOffset()).isEqualTo(RECORDS);
        } finally {
            log.close();
        }
    }

    /** Two generations: segments that were compacted once, others that never were, and everything on the disk. */
    private static CompactedLog prepared(CrashDisk disk) throws IOException {
        CompactedLog log =
                new CompactedLog(DIRECTORY, disk).journalBytes(JOURNAL_BYTES).open();
        for (int i = 0; i < 20; i++) {
            // Every segment has a record that nothing replaces.
            log.put(i % 4 == 0 ? "u" + i : "k" + i % 6, "v" + i);
        }
        // Small segments, which are merged the next time.
        log.compact();
        for (int i = 0; i < 15; i++) {
            log.put("k" + i % 4, i % 5 == 4 ? null : "w" + i);
        }
        TestLogs.await(log.logs().checkpoint());
        TestLogs.await(log.logs().checkpoint());
        return log;
    }
}
