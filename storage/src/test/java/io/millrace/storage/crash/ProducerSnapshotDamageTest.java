package io.millrace.storage.crash;

import static io.millrace.storage.crash.Store.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogConfig;
import io.millrace.storage.TestLogs;
import io.millrace.storage.crash.disk.CrashDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whatever happens to the snapshots of the producers, a batch that is sent again is stored once (T47). */
@ExtendWith(Quiet.class)
class ProducerSnapshotDamageTest {

    private static final LogConfig SMALL_SEGMENTS = TestLogs.segmentBytes(700);
    private static final Path LOG = Store.DIRECTORY.resolve("a-0");

    private Store killed;

    @BeforeEach
    void aLogWithSnapshots() throws IOException {
        killed = Store.empty(SMALL_SEGMENTS);
        Samples.severalSegments(killed);
        awaitSnapshot(killed, 18);
        killed.snapshotProducers(A);
        awaitSnapshot(killed, 20);
        killed.append(A, 0, Samples.batch(10));
        Steps.quiet(killed.disk());
        killed.kill();
        assertThat(snapshots(found())).hasSize(2);
    }

    @Test
    void oneThatIsDamagedAtAnyByteIsNotBelieved() throws IOException {
        Path newest = snapshots(found()).get(1);
        int size = found().bytes(newest).length;
        for (int at = 0; at < size; at++) {
            CrashDisk disk = found();
            byte[] bytes = disk.bytes(newest);
            bytes[at] ^= 0x10;
            disk.damage(newest, bytes);
            assertEverySequenceIsKnown(disk);
        }
    }

    @Test
    void oneThatIsCutAtAnyByteIsNotBelieved() throws IOException {
        Path newest = snapshots(found()).get(1);
        int size = found().bytes(newest).length;
        for (int cut = 0; cut < size; cut++) {
            CrashDisk disk = found();
            disk.damage(newest, Arrays.copyOf(disk.bytes(newest), cut));
            assertEverySequenceIsKnown(disk);
        }
    }

    @Test
    void withoutSnapshotsTheLogTells() throws IOException {
        CrashDisk disk = found();
        for (Path snapshot : snapshots(disk)) {
            disk.lose(snapshot);
        }
        assertEverySequenceIsKnown(disk);
    }

    @Test
    void oneThatIsNewerThanTheLogIsRemoved() throws IOException {
        CrashDisk disk = found();
        Store other = Store.empty(SMALL_SEGMENTS);
        other.create(A);
        for (int i = 0; i < 20; i++) {
            other.append(A, 0, Samples.batch(i));
        }
        other.snapshotProducers(A);
        awaitSnapshot(other, 40);
        other.kill();
        CrashDisk ahead = other.disk().reboot(1, false);
        Path newer = snapshots(ahead).get(snapshots(ahead).size() - 1);
        disk.damage(newer, ahead.bytes(newer));
        assertEverySequenceIsKnown(disk);
        assertThat(disk.exists(newer)).isFalse();
    }

    @Test
    void whenTheStartOfTheLogWasDeletedTheOlderSnapshotStillServes() throws IOException {
        Store store = Store.empty(SMALL_SEGMENTS);
        Samples.severalSegments(store);
        awaitSnapshot(store, 18);
        store.snapshotProducers(A);
        awaitSnapshot(store, 20);
        store.append(A, 0, Samples.batch(10));
        store.deleteRecords(A, 20);
        store.kill();
        killed = store;
        CrashDisk disk = found();
        assertThat(snapshots(disk)).containsExactly(snapshot(18), snapshot(20));
        disk.damage(snapshot(20), new byte[10]);
        assertEverySequenceIsKnown(disk);
    }

    @Test
    void aLogThatIsCutBackToItsStartKnowsWhatWasWrittenBelowIt() throws IOException {
        Store store = Store.empty(SMALL_SEGMENTS);
        Samples.severalSegments(store);
        awaitSnapshot(store, 18);
        store.snapshotProducers(A);
        awaitSnapshot(store, 20);
        store.append(A, 0, Samples.batch(10));
        store.snapshotProducers(A);
        awaitSnapshot(store, 22);
        store.deleteRecords(A, 18);
        assertThatBatchesBelowTheStartAreKnownAfterACutTo18(store);
    }

    @Test
    void snapshotsThatAreWrittenLaterDoNotReplaceTheOneAtTheStart() throws IOException {
        Store store = Store.empty(SMALL_SEGMENTS);
        Samples.severalSegments(store);
        awaitSnapshot(store, 18);
        store.deleteRecords(A, 18);
        store.snapshotProducers(A);
        awaitSnapshot(store, 20);
        store.append(A, 0, Samples.batch(10));
        store.snapshotProducers(A);
        awaitSnapshot(store, 22);
        assertThatBatchesBelowTheStartAreKnownAfterACutTo18(store);
    }

    /** A follower is cut as far as its high watermark, and the log start can be that far. */
    private static void assertThatBatchesBelowTheStartAreKnownAfterACutTo18(Store store) {
        assertThat(store.log(A).offsets().logStartOffset()).isEqualTo(18);
        store.truncate(A, 18);
        AppendResult again = store.done(store.log(A).append(Samples.batch(8).build(), 0, AppendOrigin.CLIENT));
        assertThat(again.duplicate()).isTrue();
        assertThat(again.baseOffset()).isEqualTo(16);
        store.append(A, 0, Samples.batch(9));
        store.close();
    }

    /** Snapshots are written in the background, and only the newest one waits. */
    private static void awaitSnapshot(Store store, long offset) {
        Steps.until(store.disk(), () -> isThere(store, offset));
        Steps.quiet(store.disk());
    }

    private static boolean isThere(Store store, long offset) {
        try {
            return store.disk().exists(snapshot(offset));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path snapshot(long offset) {
        return LOG.resolve(String.format("%020d.producers", offset));
    }

    private CrashDisk found() {
        return killed.disk().reboot(1, false);
    }

    private static List<Path> snapshots(CrashDisk disk) throws IOException {
        return disk.list(LOG).stream()
                .filter(file -> file.toString().endsWith(".producers"))
                .toList();
    }

    private void assertEverySequenceIsKnown(CrashDisk disk) throws IOException {
        Store store = Store.open(disk, killed.copyOfModels(), SMALL_SEGMENTS);
        store.checkRecovered();
        store.sendAgain();
        store.close();
    }
}
