package io.millrace.storage.crash;

import static io.millrace.storage.crash.Store.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.LogConfig;
import io.millrace.storage.TestLogs;
import io.millrace.storage.crash.disk.CrashDisk;
import java.io.IOException;
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
        Steps.quiet(killed.disk());
        killed.snapshotProducers(A);
        Steps.quiet(killed.disk());
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
        Steps.quiet(other.disk());
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
        Steps.quiet(store.disk());
        store.snapshotProducers(A);
        Steps.quiet(store.disk());
        store.append(A, 0, Samples.batch(10));
        store.deleteRecords(A, 20);
        store.kill();
        killed = store;
        CrashDisk disk = found();
        List<Path> all = snapshots(disk);
        disk.damage(all.get(all.size() - 1), new byte[10]);
        assertEverySequenceIsKnown(disk);
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
