package io.millrace.storage.crash;

import static io.millrace.storage.crash.Store.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.LogConfig;
import io.millrace.storage.TestLogs;
import io.millrace.storage.checkpoint.CleanShutdownMarker;
import io.millrace.storage.crash.disk.CrashDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The marker of a clean stop counts once, and only when it is whole (T45). */
@ExtendWith(Quiet.class)
class CleanShutdownMarkerTest {

    private static final LogConfig SMALL_SEGMENTS = TestLogs.segmentBytes(700);
    private static final Path MARKER = Store.DIRECTORY.resolve(CleanShutdownMarker.NAME);

    private Store stopped;

    @BeforeEach
    void aStopInOrder() throws IOException {
        stopped = Store.empty(SMALL_SEGMENTS);
        Samples.severalSegments(stopped);
        stopped.close();
        assertThat(stopped.disk().exists(MARKER)).isTrue();
    }

    @Test
    void oneThatIsCutAtAnyByteMeansThatTheStopWasNotClean() throws IOException {
        int size = stopped.disk().bytes(MARKER).length;
        for (int cut = 0; cut < size; cut++) {
            CrashDisk disk = stopped.disk().reboot(1, true);
            disk.damage(MARKER, Arrays.copyOf(disk.bytes(MARKER), cut));
            assertThat(new CleanShutdownMarker(disk, Store.DIRECTORY).take(1))
                    .as("cut at byte %d", cut)
                    .isFalse();
            assertThat(disk.exists(MARKER)).isFalse();
        }
    }

    @Test
    void oneWithAnyByteChangedMeansThatTheStopWasNotClean() throws IOException {
        int size = stopped.disk().bytes(MARKER).length;
        for (int at = 0; at < size; at++) {
            CrashDisk disk = stopped.disk().reboot(1, true);
            byte[] bytes = disk.bytes(MARKER);
            bytes[at] ^= 0x20;
            disk.damage(MARKER, bytes);
            assertThat(new CleanShutdownMarker(disk, Store.DIRECTORY).take(1))
                    .as("byte %d changed", at)
                    .isFalse();
        }
    }

    @Test
    void aWholeOneMeansThatTheStopWasClean() throws IOException {
        CrashDisk disk = stopped.disk().reboot(1, true);
        assertThat(new CleanShutdownMarker(disk, Store.DIRECTORY).take(1)).isTrue();
    }

    @Test
    void oneOfAnotherRunOfTheJournalIsNotBelieved() throws IOException {
        CrashDisk disk = stopped.disk().reboot(1, true);
        assertThat(new CleanShutdownMarker(disk, Store.DIRECTORY).take(2)).isFalse();
    }

    @Test
    void itIsGoneBeforeTheNextStartServesAnybodyWhateverACrashLeaves() throws IOException {
        CrashDisk disk = stopped.disk().reboot(1, true);
        Store next = Store.open(disk, stopped.copyOfModels(), SMALL_SEGMENTS);
        next.kill();
        for (int seed = 0; seed < 100; seed++) {
            assertThat(disk.reboot(seed, true).exists(MARKER))
                    .as("seed %d", seed)
                    .isFalse();
        }
    }

    @Test
    void oneOfAnOlderRunDoesNotHideThatTheLogGrewSince() throws IOException {
        byte[] older = stopped.disk().bytes(MARKER);
        CrashDisk disk = stopped.disk().reboot(1, true);
        Store next = Store.open(disk, stopped.copyOfModels(), SMALL_SEGMENTS);
        next.checkRecovered();
        next.append(A, 0, Samples.batch(10), Samples.batch(11));
        next.kill();
        for (long seed : Seeds.all()) {
            CrashDisk found = disk.reboot(seed, true);
            found.damage(MARKER, older);
            Store again = Store.open(found, next.copyOfModels(), SMALL_SEGMENTS);
            again.checkRecovered();
            again.sendAgain();
            again.kill();
        }
    }
}
