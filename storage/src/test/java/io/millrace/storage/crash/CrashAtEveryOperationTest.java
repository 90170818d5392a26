package io.millrace.storage.crash;

import static io.millrace.storage.crash.Store.A;
import static io.millrace.storage.crash.Store.B;

import io.millrace.storage.FlushPolicy;
import io.millrace.storage.LogConfig;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.TestLogs.LogConfigs;
import io.millrace.storage.crash.disk.CrashDisk;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * A crash in every change of the disk that an operation makes (T40). After each: what was reported durable is there byte for
 * byte, nothing is there that was not sent, epochs only grow, every sequence is stored once, the log start does not go back, and
 * the log goes on.
 */
class CrashAtEveryOperationTest {

    private static final LogConfig LARGE_SEGMENTS = TestLogs.segmentBytes(1 << 20);

    /** Three or four batches each. */
    private static final LogConfig SMALL_SEGMENTS = TestLogs.segmentBytes(700);

    @Test
    void appendsToSeveralPartitions() throws IOException {
        EveryCrashPoint.of(
                "append",
                LARGE_SEGMENTS,
                store -> {
                    store.create(A);
                    store.create(B);
                    store.append(A, 0, batch(0));
                },
                store -> {
                    store.append(A, 0, batch(1), batch(2), TestBatch.of("x".repeat(6_000)));
                    store.append(B, 0, batch(0), batch(1));
                    store.append(A, 0, batch(3));
                });
    }

    @Test
    void appendsThatOnlyPromiseToSurviveAKill() throws IOException {
        EveryCrashPoint.ofKills(
                "append, flush.policy=os",
                LogConfigs.flush(LARGE_SEGMENTS, FlushPolicy.OS),
                store -> store.create(A),
                store -> {
                    store.append(A, 0, batch(0), batch(1));
                    store.append(A, 0, TestBatch.of("x".repeat(6_000)), batch(2));
                });
    }

    @Test
    void appendsThatBeginSegments() throws IOException {
        EveryCrashPoint.of(
                "roll",
                SMALL_SEGMENTS,
                store -> {
                    store.create(A);
                    store.append(A, 0, batch(0), batch(1));
                },
                store -> {
                    store.append(A, 0, batch(2), batch(3), batch(4));
                    store.append(A, 0, batch(5), batch(6), batch(7), batch(8));
                });
    }

    @Test
    void checkpoints() throws IOException {
        EveryCrashPoint.of(
                "checkpoint",
                SMALL_SEGMENTS,
                store -> {
                    store.create(A);
                    store.create(B);
                    store.append(A, 0, batch(0), batch(1), batch(2), batch(3), batch(4), batch(5));
                    store.append(B, 0, batch(0));
                },
                store -> {
                    store.checkpoint();
                    store.append(A, 0, batch(6));
                    store.checkpoint();
                    store.append(B, 0, batch(1));
                });
    }

    @Test
    void recordsDeletedAtTheStart() throws IOException {
        EveryCrashPoint.of("delete records", SMALL_SEGMENTS, this::severalSegments, store -> {
            store.deleteRecords(A, 5);
            store.deleteRecords(A, 16);
            store.append(A, 0, batch(10));
            store.deleteRecords(A, 22);
        });
    }

    @Test
    void retentionBySize() throws IOException {
        EveryCrashPoint.of(
                "retention",
                LogConfigs.retention(SMALL_SEGMENTS, -1, 1_000),
                this::severalSegments,
                store -> store.applyRetention(A));
    }

    @Test
    void retentionOfEverything() throws IOException {
        EveryCrashPoint.of(
                "retention of everything",
                LogConfigs.retention(SMALL_SEGMENTS, 0, -1),
                store -> {
                    store.create(A);
                    store.append(A, 0, old(0), old(1), old(2), old(3));
                },
                store -> {
                    store.applyRetention(A);
                    store.append(A, 0, batch(4));
                });
    }

    @Test
    void logsThatAreCut() throws IOException {
        EveryCrashPoint.of("truncation", SMALL_SEGMENTS, this::severalSegments, store -> {
            store.truncate(A, 19);
            store.append(A, 1, batch(9));
            store.truncate(A, 4);
            store.append(A, 2, batch(2));
        });
    }

    @Test
    void snapshotsOfTheProducers() throws IOException {
        EveryCrashPoint.of("producer snapshot", SMALL_SEGMENTS, this::severalSegments, store -> {
            store.snapshotProducers(A);
            store.append(A, 0, batch(10));
            store.snapshotProducers(A);
            store.append(A, 0, batch(11));
            store.snapshotProducers(A);
        });
    }

    @Test
    void leaderEpochsThatBegin() throws IOException {
        EveryCrashPoint.of(
                "leader epoch",
                LARGE_SEGMENTS,
                store -> {
                    store.create(A);
                    store.append(A, 0, batch(0));
                },
                store -> {
                    store.beginEpoch(A, 1);
                    store.append(A, 1, batch(1));
                    store.append(A, 2, batch(2));
                    store.beginEpoch(A, 3);
                    store.beginEpoch(A, 5);
                });
    }

    @Test
    void logsThatAreCreatedAndDeleted() throws IOException {
        EveryCrashPoint.of(
                "create and delete",
                LARGE_SEGMENTS,
                store -> {
                    store.create(A);
                    store.append(A, 0, batch(0), batch(1));
                },
                store -> {
                    store.create(B);
                    store.append(B, 0, batch(0));
                    store.delete(A);
                    store.delete(B);
                });
    }

    @Test
    void stopsInOrder() throws IOException {
        EveryCrashPoint.of("clean shutdown", SMALL_SEGMENTS, this::severalSegments, Store::close);
    }

    @Test
    void startsAfterACrash() throws IOException {
        EveryCrashPoint.ofTheStartAfter("recovery", SMALL_SEGMENTS, this::severalSegments, store -> {
            store.checkpoint();
            store.deleteRecords(A, 8);
            store.beginEpoch(A, 2);
            store.append(A, 2, batch(10), batch(11));
            store.truncate(A, 22);
            store.create(B);
            store.append(B, 0, batch(0));
            store.delete(B);
        });
    }

    @Test
    void startsAfterEverythingWasDeleted() throws IOException {
        EveryCrashPoint.ofTheStartAfter("recovery of an empty log", SMALL_SEGMENTS, this::severalSegments, store -> {
            store.deleteRecords(A, 20);
            store.append(A, 0, batch(10));
            store.deleteRecords(A, 22);
        });
    }

    /** Ten batches of two records, about one segment for three. */
    private void severalSegments(Store store) {
        store.create(A);
        for (int i = 0; i < 10; i++) {
            store.append(A, 0, batch(i));
        }
    }

    /** The i-th batch of producer 7. */
    private static TestBatch batch(int i) {
        return batch(i, CrashDisk.NOW_MS);
    }

    private static TestBatch old(int i) {
        return batch(i, CrashDisk.NOW_MS - 1_000);
    }

    private static TestBatch batch(int i, long timestampMs) {
        return new TestBatch()
                .record(timestampMs, "value " + i + "-".repeat(60))
                .record(timestampMs, "another " + i + "-".repeat(60))
                .producer(7, 0, 2 * i);
    }
}
