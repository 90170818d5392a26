package io.millrace.storage.crash;

import static io.millrace.storage.crash.Store.A;
import static io.millrace.storage.crash.Store.B;

import io.millrace.storage.FlushPolicy;
import io.millrace.storage.LogConfig;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.TestLogs.LogConfigs;
import io.millrace.storage.crash.disk.CrashDisk;

/** Operations in whose every change of the disk a crash is tried. */
final class Scenarios {

    private static final LogConfig LARGE_SEGMENTS = TestLogs.segmentBytes(1 << 20);

    /** Three batches each. */
    private static final LogConfig SMALL_SEGMENTS = TestLogs.segmentBytes(700);

    static final Scenario APPEND = new Scenario(
            "append",
            LARGE_SEGMENTS,
            store -> {
                store.create(A);
                store.create(B);
                store.append(A, 0, Samples.batch(0));
            },
            store -> {
                store.append(A, 0, Samples.batch(1), Samples.batch(2), TestBatch.of("x".repeat(6_000)));
                store.append(B, 0, Samples.batch(0), Samples.batch(1));
                store.append(A, 0, Samples.batch(3));
            });

    static final Scenario APPEND_OS = new Scenario(
                    "append, flush.policy=os",
                    LogConfigs.flush(LARGE_SEGMENTS, FlushPolicy.OS),
                    store -> store.create(A),
                    store -> {
                        store.append(A, 0, Samples.batch(0), Samples.batch(1));
                        store.append(A, 0, TestBatch.of("x".repeat(6_000)), Samples.batch(2));
                    })
            .withoutPowerCuts();

    static final Scenario ROLL = new Scenario(
            "roll",
            SMALL_SEGMENTS,
            store -> {
                store.create(A);
                store.append(A, 0, Samples.batch(0), Samples.batch(1));
            },
            store -> {
                store.append(A, 0, Samples.batch(2), Samples.batch(3), Samples.batch(4));
                store.append(A, 0, Samples.batch(5), Samples.batch(6), Samples.batch(7), Samples.batch(8));
            });

    static final Scenario CHECKPOINT = new Scenario(
            "checkpoint",
            SMALL_SEGMENTS,
            store -> {
                store.create(A);
                store.create(B);
                store.append(
                        A,
                        0,
                        Samples.batch(0),
                        Samples.batch(1),
                        Samples.batch(2),
                        Samples.batch(3),
                        Samples.batch(4),
                        Samples.batch(5));
                store.append(B, 0, Samples.batch(0));
            },
            store -> {
                store.checkpoint();
                store.append(A, 0, Samples.batch(6));
                store.checkpoint();
                store.append(B, 0, Samples.batch(1));
            });

    static final Scenario DELETE_RECORDS =
            new Scenario("delete records", SMALL_SEGMENTS, Samples::severalSegments, store -> {
                store.deleteRecords(A, 5);
                store.deleteRecords(A, 16);
                store.append(A, 0, Samples.batch(10));
                store.deleteRecords(A, 22);
            });

    static final Scenario RETENTION = new Scenario(
            "retention",
            LogConfigs.retention(SMALL_SEGMENTS, -1, 1_000),
            Samples::severalSegments,
            store -> store.applyRetention(A));

    static final Scenario RETENTION_OF_EVERYTHING = new Scenario(
            "retention of everything",
            LogConfigs.retention(SMALL_SEGMENTS, 0, -1),
            store -> {
                store.create(A);
                store.append(A, 0, old(0), old(1), old(2), old(3));
            },
            store -> {
                store.applyRetention(A);
                store.append(A, 0, Samples.batch(4));
            });

    static final Scenario TRUNCATION = new Scenario("truncation", SMALL_SEGMENTS, Samples::severalSegments, store -> {
        store.truncate(A, 19);
        store.append(A, 1, Samples.batch(9));
        store.truncate(A, 4);
        store.append(A, 2, Samples.batch(2));
    });

    static final Scenario RESTART = new Scenario("restart", SMALL_SEGMENTS, Samples::severalSegments, store -> {
        store.restart(A, 100);
        store.append(A, 3, Samples.batch(20), Samples.batch(21));
        store.checkpoint();
        store.append(A, 4, Samples.batch(22), Samples.batch(23));
        store.restart(A, 103);
        store.append(A, 1, Samples.batch(24));
        store.restart(A, 50);
        store.append(A, 1, Samples.batch(25));
    });

    static final Scenario PRODUCER_SNAPSHOT =
            new Scenario("producer snapshot", SMALL_SEGMENTS, Samples::severalSegments, store -> {
                store.snapshotProducers(A);
                store.append(A, 0, Samples.batch(10));
                store.snapshotProducers(A);
                store.append(A, 0, Samples.batch(11));
                store.snapshotProducers(A);
            });

    static final Scenario LEADER_EPOCH = new Scenario(
            "leader epoch",
            LARGE_SEGMENTS,
            store -> {
                store.create(A);
                store.append(A, 0, Samples.batch(0));
            },
            store -> {
                store.beginEpoch(A, 1);
                store.append(A, 1, Samples.batch(1));
                store.append(A, 2, Samples.batch(2));
                store.beginEpoch(A, 3);
                store.beginEpoch(A, 5);
            });

    static final Scenario CREATE_AND_DELETE = new Scenario(
            "create and delete",
            LARGE_SEGMENTS,
            store -> {
                store.create(A);
                store.append(A, 0, Samples.batch(0), Samples.batch(1));
            },
            store -> {
                store.create(B);
                store.append(B, 0, Samples.batch(0));
                store.delete(A);
                store.delete(B);
            });

    static final Scenario CLEAN_SHUTDOWN =
            new Scenario("clean shutdown", SMALL_SEGMENTS, Samples::severalSegments, Store::close);

    static final Scenario START = new Scenario("recovery", SMALL_SEGMENTS, Samples::severalSegments, store -> {
        store.checkpoint();
        store.deleteRecords(A, 8);
        store.beginEpoch(A, 2);
        store.append(A, 2, Samples.batch(10), Samples.batch(11));
        store.truncate(A, 22);
        store.create(B);
        store.append(B, 0, Samples.batch(0));
        store.delete(B);
    });

    static final Scenario START_OF_AN_EMPTY_LOG =
            new Scenario("recovery of an empty log", SMALL_SEGMENTS, Samples::severalSegments, store -> {
                store.deleteRecords(A, 20);
                store.append(A, 0, Samples.batch(10));
                store.deleteRecords(A, 22);
            });

    /** The segment that is below the log start is removed by the start after the crash. */
    static final Scenario DELETE_ALL_AND_ROLL =
            new Scenario("delete all records and roll", SMALL_SEGMENTS, Samples::severalSegments, store -> {
                store.deleteRecords(A, 20);
                store.append(A, 0, TestBatch.of("x".repeat(900)));
            });

    /** A snapshot that describes what was cut off would fit again once the log has grown over it. */
    static final Scenario CUT_BELOW_A_SNAPSHOT = new Scenario(
            "truncation below a snapshot",
            LARGE_SEGMENTS,
            store -> {
                Samples.severalSegments(store);
                store.snapshotProducers(A);
                Steps.quiet(store.disk());
            },
            store -> {
                store.truncate(A, 4);
                store.append(A, 1, Samples.batch(2));
                for (int i = 0; i < 10; i++) {
                    store.append(A, 1, TestBatch.of("a", "b"));
                }
            });

    /** More than fits the journal: its files are used again. */
    static final Scenario JOURNAL_ROUND = new Scenario(
            "journal that is used again",
            TestLogs.segmentBytes(100_000),
            store -> {
                store.create(A);
                store.create(B);
                for (int i = 0; i < 4; i++) {
                    store.append(i % 2 == 0 ? A : B, 0, large());
                    store.checkpoint();
                    Steps.quiet(store.disk());
                }
            },
            store -> {
                for (int i = 0; i < 3; i++) {
                    store.append(A, 0, large(), Samples.batch(i));
                    if (i % 2 == 0) {
                        store.append(B, 0, large());
                        store.checkpoint();
                    }
                }
            });

    /** Transactions that commit and abort over several segments, while snapshots are taken and the log is cut at both ends. */
    static final Scenario TRANSACTIONS = new Scenario(
            "transactions",
            SMALL_SEGMENTS,
            store -> {
                store.create(A);
                Steps.quiet(store.disk());
                store.append(A, 0, Samples.inTransaction(20, 0), Samples.inTransaction(21, 0));
                store.append(A, 0, TestBatch.marker(20, 0, false, 0), Samples.batch(0));
            },
            store -> {
                store.append(A, 0, Samples.inTransaction(20, 1), Samples.batch(1), TestBatch.marker(21, 0, true, 0));
                store.snapshotProducers(A);
                store.append(A, 0, Samples.inTransaction(22, 0), Samples.inTransaction(21, 1));
                store.append(A, 0, TestBatch.marker(20, 0, false, 0), TestBatch.marker(22, 0, false, 0));
                store.checkpoint();
                store.truncate(A, 14);
                store.append(A, 1, TestBatch.marker(22, 0, false, 1), Samples.batch(2), Samples.batch(3));
                store.deleteRecords(A, 8);
                store.append(A, 1, Samples.batch(4), Samples.batch(5), TestBatch.marker(21, 0, true, 1));
            });

    private Scenarios() {}

    private static TestBatch large() {
        return TestBatch.of("x".repeat(50_000));
    }

    private static TestBatch old(int i) {
        return Samples.batch(i, CrashDisk.NOW_MS - 1_000);
    }
}
