package io.millrace.storage.crash;

import static io.millrace.storage.crash.Store.A;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.LogException;
import io.millrace.storage.TestLogs;
import io.millrace.storage.crash.disk.CrashDisk;
import io.millrace.storage.crash.disk.DiskOperation;
import io.millrace.storage.crash.disk.DiskOperation.Kind;
import io.millrace.storage.crash.disk.Faults;
import io.millrace.storage.crash.disk.Faults.Outcome;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A failed fsync is final (T43): the kernel says so once, and the data may be gone though the next fsync succeeds. */
@ExtendWith(Quiet.class)
class FailedForceTest {

    private static final int FORCES = 50;
    private static final int APPENDS_MAX = 400;

    @Test
    void afterAFailedForceOfDataNothingIsEverReportedDurableAgain() throws IOException {
        for (int n = 1; n <= FORCES; n++) {
            Store store = Store.empty(TestLogs.segmentBytes(700));
            store.create(A);
            store.disk().faults(Faults.nth(n, FailedForceTest::makesDataDurable, Outcome.IO_ERROR));
            appendUntilOffline(store, n);
            // What was on its way to the journal at that moment may still arrive there.
            Steps.quiet(store.disk());
            long durable = store.log(A).offsets().durableOffset();
            assertThat(store.tryAppend(A, Samples.batch(APPENDS_MAX)))
                    .as("force %d", n)
                    .isInstanceOf(LogException.DirectoryOffline.class);
            store.checkpoint();
            assertThatThrownBy(() -> store.done(store.log(A).truncateTo(0)))
                    .as("force %d", n)
                    .isInstanceOf(LogException.DirectoryOffline.class);
            Steps.quiet(store.disk());
            assertThat(store.log(A).offsets().durableOffset())
                    .as("no retry, force %d", n)
                    .isEqualTo(durable);
            store.close();
            assertThat(store.disk().exists(Store.DIRECTORY.resolve("clean-shutdown")))
                    .as("the stop was not clean, force %d", n)
                    .isFalse();
            everythingReportedDurableIsThere(store, n);
        }
    }

    @Test
    void whicheverForceFailsWhatWasReportedDurableIsThereAfterAPowerCut() throws IOException {
        for (int n = 1; n <= FORCES; n++) {
            Store store = Store.empty(TestLogs.segmentBytes(700));
            store.create(A);
            store.disk()
                    .faults(Faults.nth(
                            n,
                            operation -> makesDataDurable(operation)
                                    || operation.is(Kind.FORCE)
                                    || operation.is(Kind.FORCE_DIRECTORY),
                            Outcome.IO_ERROR));
            for (int i = 0; i < 30 && store.logs().isOnline(); i++) {
                store.tryAppend(A, Samples.batch(i));
                if (i % 8 == 7) {
                    store.checkpoint();
                }
                Steps.quiet(store.disk());
            }
            store.kill();
            everythingReportedDurableIsThere(store, n);
        }
    }

    private static boolean makesDataDurable(DiskOperation operation) {
        return operation.is(Kind.FORCE) && operation.isOn(".log") || operation.is(Kind.BLOCK_WRITE);
    }

    private static void appendUntilOffline(Store store, int n) {
        for (int i = 0; i < APPENDS_MAX; i++) {
            LogException failure = store.tryAppend(A, Samples.batch(i));
            if (failure != null) {
                assertThat(failure).isInstanceOf(LogException.DirectoryOffline.class);
                return;
            }
            long end = store.model(A).end();
            Steps.until(
                    store.disk(),
                    () -> store.model(A).durableEnd() == end || !store.logs().isOnline());
            if (i % 8 == 7) {
                store.checkpoint();
            }
        }
        throw new AssertionError("force " + n + " never came");
    }

    private static void everythingReportedDurableIsThere(Store failed, int n) throws IOException {
        for (long seed : Seeds.all()) {
            CrashDisk found = failed.disk().reboot(seed * 1_000 + n, true);
            Store store = Store.open(found, failed.copyOfModels(), TestLogs.segmentBytes(700));
            try {
                store.checkRecovered();
                store.sendAgain();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ", failed force " + n + ": " + e.getMessage(), e);
            } finally {
                store.kill();
            }
        }
    }
}
