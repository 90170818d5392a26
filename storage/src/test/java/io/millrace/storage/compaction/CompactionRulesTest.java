package io.millrace.storage.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.producer.AbortedTransaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stays beside the newest record of each key: tombstones for a while, last sequences, markers of transactions. */
class CompactionRulesTest {

    private static final int TRANSACTIONAL = 0x10;

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
    void aTombstoneStaysUntilItsTimeIsOverAndThenGoes() throws IOException {
        log.put("k", "v");
        log.put("k", null);
        log.roll();
        compactDirtied();
        assertThat(lines()).startsWith("1:k=null");
        assertThat(headers().get(0).horizonMs).isEqualTo(log.nowMs + 1000);
        assertThat(TestRecord.in(TestRecord.readAll(log.log(), 1000)).get(0).timestampMs())
                .as("its own timestamp is not touched")
                .isEqualTo(log.nowMs);

        log.nowMs += 999;
        compactDirtied();
        assertThat(lines()).startsWith("1:k=null");
        log.nowMs += 1;
        compactDirtied();
        assertThat(lines()).noneMatch(line -> line.contains(":k="));
    }

    @Test
    void theLastSequenceOfAProducerOutlivesItsRecords() throws IOException {
        log.append(log.record("k", "a").producer(7, 0, 0).build());
        log.append(log.record("k", "b").producer(7, 0, 1).build());
        log.put("k", "c");
        log.roll();
        compactDirtied();
        compactDirtied();
        assertThat(lines()).startsWith("2:k=c");
        log.close();
        deleteSnapshots();
        log.open();
        assertThatThrownBy(
                        () -> log.append(log.record("k", "x").producer(7, 0, 5).build()))
                .isInstanceOf(LogException.OutOfOrderSequence.class);
        assertThat(log.append(log.record("k", "b").producer(7, 0, 1).build()).duplicate())
                .isTrue();
        assertThat(log.append(log.record("k", "d").producer(7, 0, 2).build()).duplicate())
                .isFalse();
    }

    @Test
    void recordsOfAnAbortedTransactionGoAndReplaceNothing() throws IOException {
        log.put("k", "kept");
        log.append(log.record("k", "aborted")
                .producer(7, 0, 0)
                .attributes(TRANSACTIONAL)
                .build());
        log.put("other", "x");
        log.append(log.record("j", "aborted")
                .producer(7, 0, 1)
                .attributes(TRANSACTIONAL)
                .build());
        log.end(7, 0, false);
        log.append(log.record("j", "committed")
                .producer(7, 0, 2)
                .attributes(TRANSACTIONAL)
                .build());
        log.end(7, 0, true);
        log.roll();
        compactDirtied();
        assertThat(lines())
                .filteredOn(line -> line.matches(".*:(k|j|other)=.*"))
                .containsExactly("0:k=kept", "2:other=x", "5:j=committed");
    }

    @Test
    void whatIsNotDecidedYetIsLeftAloneWithEverythingAfterIt() throws IOException {
        log.put("k", "old");
        log.append(log.record("k", "perhaps")
                .producer(7, 0, 0)
                .attributes(TRANSACTIONAL)
                .build());
        log.put("k", "newer");
        log.put("k", "newest");
        log.roll();
        compactDirtied();
        assertThat(lines()).startsWith("0:k=old", "1:k=perhaps", "2:k=newer", "3:k=newest");
        log.end(7, 0, false);
        log.roll();
        compactDirtied();
        assertThat(lines()).startsWith("3:k=newest");
    }

    @Test
    void aMarkerStaysWhileItsTransactionHasBatchesAndForTheTimeOfATombstoneThen() throws IOException {
        log.append(
                log.record("k", "v").producer(7, 0, 0).attributes(TRANSACTIONAL).build());
        log.end(7, 0, true);
        log.roll();
        compactDirtied();
        assertThat(markers()).hasSize(1);
        assertThat(markers().get(0).horizonMs).isEqualTo(BatchHeader.NO_HORIZON);
        log.put("k", "w");
        // The producer goes on, so that its old batch is not kept for its sequence.
        log.append(log.record("n", "w").producer(7, 0, 1).build());
        log.roll();
        compactDirtied();
        compactDirtied();
        assertThat(lines()).noneMatch(line -> line.equals("0:k=v"));
        assertThat(markers().get(0).horizonMs).isEqualTo(log.nowMs + 1000);
        log.nowMs += 1000;
        compactDirtied();
        assertThat(markers()).isEmpty();
    }

    @Test
    void anAbortedTransactionIsForgottenWithItsMarkerAlsoByASnapshotFromBefore() throws IOException {
        log.append(
                log.record("k", "v").producer(7, 0, 0).attributes(TRANSACTIONAL).build());
        log.end(7, 0, false);
        // The producer goes on, so that nothing of the old batch is kept for its sequence.
        log.append(log.record("n", "w").producer(7, 0, 1).build());
        log.roll();
        log.reopen();
        Path before = snapshots().get(0);
        byte[] snapshot = Files.readAllBytes(before);
        assertThat(aborted()).hasSize(1);
        compactDirtied();
        compactDirtied();
        log.nowMs += 1000;
        compactDirtied();
        assertThat(markers()).isEmpty();
        assertThat(aborted()).isEmpty();
        log.close();
        for (Path each : snapshots()) {
            Files.delete(each);
        }
        Files.write(before, snapshot);
        log.open();
        assertThat(aborted()).isEmpty();
    }

    private List<Path> snapshots() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("readings-0"))) {
            return files.filter(file -> file.toString().endsWith(".producers"))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    private List<AbortedTransaction> aborted() {
        return log.log().transactions().abortedBetween(0, Long.MAX_VALUE);
    }

    @Test
    void aDamagedSegmentIsLeftAsItIs() throws IOException {
        for (int i = 0; i < 30; i++) {
            log.put("k", "v" + i);
        }
        Path first = directory.resolve("readings-0/00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(first);
        bytes[100] ^= 1;
        Files.write(first, bytes);
        log.compact();
        assertThat(Files.readAllBytes(first)).isEqualTo(bytes);
        assertThat(log.log().segmentCount()).isGreaterThan(3);
    }

    /** Compacts after making the log dirty, as a log that is clean is not looked at. */
    private void compactDirtied() {
        log.roll();
        log.compact();
    }

    private List<String> lines() throws IOException {
        return TestRecord.lines(log.log());
    }

    private record Header(boolean control, long horizonMs) {}

    private List<Header> headers() throws IOException {
        ByteBuffer all = TestRecord.readAll(log.log(), 1000);
        List<Header> headers = new ArrayList<>();
        for (int at = 0; at < all.limit(); at += BatchHeader.sizeBytes(all, at)) {
            if (BatchHeader.recordsCount(all, at) > 0) {
                headers.add(new Header(BatchHeader.isControl(all, at), BatchHeader.deleteHorizonMs(all, at)));
            }
        }
        return headers;
    }

    private List<Header> markers() throws IOException {
        return headers().stream().filter(Header::control).toList();
    }

    private void deleteSnapshots() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("readings-0"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".producers")).toList()) {
                Files.delete(file);
            }
        }
    }
}
