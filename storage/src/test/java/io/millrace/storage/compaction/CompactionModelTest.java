package io.millrace.storage.compaction;

import static io.millrace.storage.TestLogs.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.TestBatch;
import io.millrace.storage.producer.AbortedTransaction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random writes, deletions, compactions, cuts, restarts and changes of policy against a map. {@code -Dcompaction.seed=…} runs one
 * seed again, {@code -Dcompaction.seeds=…} more of them.
 */
class CompactionModelTest {

    private static final int STEPS = 120;

    @TempDir
    Path directory;

    /** What was appended and not cut, in order. */
    private final List<TestRecord> written = new ArrayList<>();

    /** What was appended and aborted. */
    private final List<TestRecord> taken = new ArrayList<>();

    private final Set<Long> markers = new TreeSet<>();
    private long nextProducer;
    private CompactedLog log;
    private Random random;

    /** No cut goes below it: what was above has been taken for good by nobody. */
    private long stable;

    @Test
    void theCompactedViewIsTheModelMapForRandomHistories() throws IOException {
        long only = Long.getLong("compaction.seed", -1);
        int seeds = only >= 0 ? 1 : Integer.getInteger("compaction.seeds", 6);
        long first = only >= 0 ? only : System.nanoTime() & 0xffffff;
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                run(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + " (-Dcompaction.seed=" + seed + ")", e);
            }
        }
    }

    private void run(long seed) throws IOException {
        random = new Random(seed);
        written.clear();
        taken.clear();
        markers.clear();
        nextProducer = 100;
        stable = 0;
        log = CompactedLog.open(directory.resolve("seed-" + seed));
        log.log().compactBelow(() -> stable);
        try {
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            log.nowMs += 10_000;
            log.roll();
            note("~roll", "", 2);
            compact();
            check();
            reopen();
            check();
        } finally {
            log.close();
        }
    }

    private void step() throws IOException {
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> {
                compact();
                check();
            }
            case 3 -> {
                reopen();
                check();
            }
            case 4 -> cut();
            case 5 -> {
                boolean compact = random.nextInt(4) > 0;
                log.configure(CompactedLog.config(!compact || random.nextBoolean(), compact, CompactedLog.ALWAYS));
            }
            case 6 -> log.nowMs += random.nextInt(3_000);
            case 7, 8 -> transact();
            default -> append();
        }
    }

    private void append() {
        TestBatch batch = new TestBatch();
        int records = 1 + random.nextInt(6);
        long offset = log.log().offsets().logEndOffset();
        for (int i = 0; i < records; i++) {
            String key = "k" + random.nextInt(12);
            String value = random.nextInt(5) == 0 ? null : "v" + random.nextInt(1_000_000);
            log.add(batch, key, value);
            written.add(new TestRecord(offset + i, log.nowMs, key, value));
        }
        assertThat(log.append(batch.build()).baseOffset()).isEqualTo(offset);
    }

    /** A transaction of one batch; when it is aborted, its records were never there. */
    private void transact() {
        boolean commit = random.nextBoolean();
        long offset = log.log().offsets().logEndOffset();
        String key = "k" + random.nextInt(12);
        String value = "t" + random.nextInt(1_000_000);
        log.append(log.record(key, value)
                .producer(nextProducer, 0, 0)
                .transactional()
                .build());
        log.end(nextProducer++, 0, commit);
        (commit ? written : taken).add(new TestRecord(offset, log.nowMs, key, value));
        markers.add(offset + 1);
    }

    private void note(String key, String value, int count) {
        for (int i = 0; i < count; i++) {
            written.add(new TestRecord(log.log().offsets().logEndOffset() - count + i, log.nowMs, key, value));
        }
    }

    private void compact() {
        stable = Math.max(stable, log.log().offsets().logEndOffset() - random.nextInt(20));
        log.compact();
    }

    private void reopen() throws IOException {
        log.reopen();
        log.log().compactBelow(() -> stable);
    }

    /** As a follower does: not below what the leader has told to be stable. */
    private void cut() {
        long end = log.log().offsets().logEndOffset();
        long target = stable + random.nextInt((int) (end - stable) + 1);
        await(log.log().truncateTo(target));
        long newEnd = log.log().offsets().logEndOffset();
        assertThat(newEnd).isLessThanOrEqualTo(target);
        written.removeIf(record -> record.offset() >= newEnd);
        taken.removeIf(record -> record.offset() >= newEnd);
        markers.removeIf(offset -> offset >= newEnd);
        // Without its marker a transaction is open, whatever was to become of it.
        List<TestRecord> open = taken.stream()
                .filter(record -> !markers.contains(record.offset() + 1))
                .toList();
        taken.removeAll(open);
        written.addAll(open);
        written.sort(Comparator.comparingLong(TestRecord::offset));
        stable = Math.min(stable, newEnd);
    }

    private void check() throws IOException {
        List<TestRecord> read = TestRecord.in(TestRecord.readAll(log.log(), 300));
        Map<Long, TestRecord> byOffset = new TreeMap<>();
        written.forEach(record -> byOffset.put(record.offset(), record));
        taken.forEach(record -> byOffset.put(record.offset(), record));
        Set<Long> aborted = log.log().transactions().abortedBetween(0, Long.MAX_VALUE).stream()
                .map(AbortedTransaction::firstOffset)
                .collect(Collectors.toSet());
        read.removeIf(record -> markers.contains(record.offset()));
        long last = -1;
        for (TestRecord record : read) {
            assertThat(record.offset()).isGreaterThan(last);
            last = record.offset();
            TestRecord original = byOffset.get(record.offset());
            assertThat(record.key()).isEqualTo(original.key());
            if (!record.key().equals("~roll")) {
                assertThat(record).isEqualTo(original);
            }
        }
        read.removeIf(record -> aborted.contains(record.offset()));
        assertThat(view(read)).isEqualTo(view(written));
    }

    private static Map<String, Long> view(List<TestRecord> records) {
        Map<String, Long> view = new TreeMap<>();
        for (TestRecord record : records) {
            if (record.value() == null) {
                view.remove(record.key());
            } else {
                view.put(record.key(), record.offset());
            }
        }
        return view;
    }
}
