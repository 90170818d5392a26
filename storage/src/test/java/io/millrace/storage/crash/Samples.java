package io.millrace.storage.crash;

import io.millrace.storage.TestBatch;
import io.millrace.storage.crash.disk.CrashDisk;

/** The batches of the suites: all of one idempotent producer, two records each, about 220 bytes. */
final class Samples {

    private Samples() {}

    /** The i-th batch. */
    static TestBatch batch(int i) {
        return batch(i, CrashDisk.NOW_MS);
    }

    static TestBatch batch(int i, long timestampMs) {
        return new TestBatch()
                .record(timestampMs, "value " + i + "-".repeat(60))
                .record(timestampMs, "another " + i + "-".repeat(60))
                .producer(7, 0, 2 * i);
    }

    /** A batch of two records of a producer's transaction. */
    static TestBatch inTransaction(long producerId, int i) {
        return new TestBatch()
                .record(CrashDisk.NOW_MS, "perhaps " + i + "-".repeat(60))
                .record(CrashDisk.NOW_MS, "perhaps too " + i + "-".repeat(60))
                .producer(producerId, 0, 2 * i)
                .transactional();
    }

    /** Ten batches, about one segment for three of them when segments have 700 bytes. */
    static void severalSegments(Store store) {
        store.create(Store.A);
        // Until there is a journal file, appends force their segments.
        Steps.quiet(store.disk());
        for (int i = 0; i < 10; i++) {
            store.append(Store.A, 0, batch(i));
        }
    }
}
