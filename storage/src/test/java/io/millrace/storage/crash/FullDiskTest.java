package io.millrace.storage.crash;

import static io.millrace.storage.crash.Store.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.crash.disk.DiskOperation.Kind;
import io.millrace.storage.crash.disk.Faults;
import io.millrace.storage.crash.disk.Faults.Outcome;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A full disk (T44): appends are refused for a while, reads go on, and nothing is damaged. */
@ExtendWith(Quiet.class)
class FullDiskTest {

    private static final LogConfig SMALL_SEGMENTS = TestLogs.segmentBytes(700);
    private static final int BATCHES = 24;
    private static final int TRIES_MAX = 5;

    @Test
    void wheneverAWriteFindsTheDiskFullTheSameAppendSucceedsLater() throws IOException {
        int n = 1;
        while (writesWhereTheNthFails(n)) {
            n++;
        }
        assertThat(n).as("writes that were made to fail").isGreaterThan(BATCHES);
        System.out.printf("crash suite: full disk: each of %d writes failed once%n", n - 1);
    }

    /** Returns whether there were so many writes. */
    private static boolean writesWhereTheNthFails(int n) throws IOException {
        Store store = Store.empty(SMALL_SEGMENTS);
        store.create(A);
        boolean[] failed = new boolean[1];
        Faults nth =
                Faults.nth(n, operation -> operation.is(Kind.APPEND) || operation.is(Kind.CREATE), Outcome.NO_SPACE);
        store.disk().faults(operation -> {
            Outcome outcome = nth.of(operation);
            failed[0] |= outcome != Outcome.DONE;
            return outcome;
        });
        for (int i = 0; i < BATCHES; i++) {
            appendUntilAccepted(store, Samples.batch(i), n);
            if (i % 8 == 7) {
                store.checkpoint();
                store.snapshotProducers(A);
            }
            Steps.quiet(store.disk());
        }
        assertThat(store.logs().isOnline()).isTrue();
        Steps.until(
                store.disk(),
                () -> store.model(A).durableEnd() == store.model(A).end());
        store.kill();
        Store again = Store.open(store.disk().reboot(n, true), store.copyOfModels(), SMALL_SEGMENTS);
        again.checkRecovered();
        again.sendAgain();
        again.kill();
        return failed[0];
    }

    private static void appendUntilAccepted(Store store, TestBatch batch, int n) throws IOException {
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            LogException refusal = store.tryAppend(A, batch);
            if (refusal == null) {
                return;
            }
            assertThat(refusal).as("write %d", n).isInstanceOf(LogException.DiskFull.class);
            readsGoOn(store);
        }
        throw new AssertionError("write " + n + ": the append is never accepted");
    }

    private static void readsGoOn(Store store) throws IOException {
        long end = store.log(A).offsets().logEndOffset();
        if (end > 0) {
            try (ReadResult result = store.log(A).read(0, end, 100, true)) {
                assertThat(result.toBuffer().getLong(0)).isZero();
            }
        }
    }

    @Test
    void whenThereIsSpaceAgainAppendsAreAcceptedWithoutAnotherStart() throws IOException {
        Store store = Store.empty(SMALL_SEGMENTS);
        store.create(A);
        leaveFree(store, 2_500);
        int accepted = 0;
        while (store.tryAppend(A, Samples.batch(accepted)) == null) {
            accepted++;
        }
        assertThat(accepted).isGreaterThan(2);
        readsGoOn(store);
        store.disk().capacityBytes(Long.MAX_VALUE);
        for (int i = 0; i < 10; i++) {
            assertThat(store.tryAppend(A, Samples.batch(accepted + i))).isNull();
        }
        Steps.until(
                store.disk(),
                () -> store.model(A).durableEnd() == store.model(A).end());
        store.close();
        Store again = Store.open(store.disk().reboot(1, true), store.copyOfModels(), SMALL_SEGMENTS);
        again.checkRecovered();
        again.sendAgain();
        again.close();
    }

    @Test
    void deletingRecordsMakesSpaceOnAFullDisk() throws IOException {
        Store store = Store.empty(SMALL_SEGMENTS);
        store.create(A);
        leaveFree(store, 2_500);
        int next = 0;
        while (store.tryAppend(A, Samples.batch(next)) == null) {
            next++;
        }
        // Room for the file that says so: the reserve of free space is kept for that.
        leaveFree(store, 1_000);
        store.deleteRecords(A, store.model(A).durableEnd() - 2);
        int resumed = next;
        while (next < resumed + 5) {
            assertThat(store.tryAppend(A, Samples.batch(next++))).isNull();
        }
        store.close();
    }

    private static void leaveFree(Store store, long bytes) {
        // What is made ahead in the background takes space too.
        Steps.quiet(store.disk());
        long large = Long.MAX_VALUE - 1;
        store.disk().capacityBytes(large);
        store.disk().capacityBytes(large - store.disk().usableBytes(Store.DIRECTORY) + bytes);
    }
}
