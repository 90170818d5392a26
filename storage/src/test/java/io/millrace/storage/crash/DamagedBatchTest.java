package io.millrace.storage.crash;

import static io.millrace.storage.crash.Store.A;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.crash.disk.CrashDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A flipped bit in a batch in the middle of a log (T42): the log is refused as damaged, or what had been durable is brought back
 * from the journal. Nothing behind the damage is silently cut off.
 */
@ExtendWith(Quiet.class)
class DamagedBatchTest {

    private static final LogConfig ONE_SEGMENT = TestLogs.segmentBytes(1 << 20);
    private static final Path SEGMENT = Store.DIRECTORY.resolve("a-0/00000000000000000000.log");
    private static final int HEADER_BYTES = 61;
    private static final int[] BITS = {0x01, 0x10, 0x80};

    private Store killed;
    private int batchBytes;

    @BeforeEach
    void tenBatches() throws IOException {
        killed = Store.empty(ONE_SEGMENT);
        Samples.severalSegments(killed);
        killed.kill();
        batchBytes = Samples.batch(0).build().limit();
        assertThat(killed.disk().reboot(1, false).bytes(SEGMENT)).hasSize(10 * batchBytes);
    }

    @Test
    void aBitFlippedInAnyFieldAfterAKillIsFound() throws IOException {
        flipBitsInTheMiddle(false);
    }

    @Test
    void aBitFlippedInAnyFieldAfterAPowerCutIsFound() throws IOException {
        flipBitsInTheMiddle(true);
    }

    private void flipBitsInTheMiddle(boolean powerCut) throws IOException {
        int refused = 0;
        int repaired = 0;
        for (int at = 0; at < batchBytes; at = at < HEADER_BYTES ? at + 1 : at + 20) {
            for (int bit : BITS) {
                CrashDisk disk = killed.disk().reboot(1, false);
                byte[] bytes = disk.bytes(SEGMENT);
                bytes[5 * batchBytes + at] ^= (byte) bit;
                disk.damage(SEGMENT, bytes);
                if (isRefused(disk.reboot(at, powerCut), "byte " + at + " of the batch, bit " + bit, bytes)) {
                    refused++;
                } else {
                    repaired++;
                }
            }
        }
        System.out.printf(
                "crash suite: bit flips after a %s: %d logs refused, %d repaired from the journal%n",
                powerCut ? "power cut" : "kill", refused, repaired);
    }

    /** The checksum covers neither offset nor epoch: what is left looks like a sound batch that belongs elsewhere. */
    @Test
    void aHeaderWhoseFirstBytesDidNotReachTheDiskIsATornTailAfterAPowerCutAndDamageAfterAKill() throws IOException {
        CrashDisk disk = killed.disk().reboot(1, false);
        ByteBuffer bytes = ByteBuffer.allocate(4096).put(disk.bytes(SEGMENT));
        int lost = 8;
        String filler = "";
        int end = bytes.position();
        while ((end + TestBatch.of(filler).build().limit() + lost) % 512 != 0) {
            filler += "x";
        }
        bytes.put(TestBatch.of(filler).copiedFrom(20, 0).build());
        bytes.put(Samples.batch(10).copiedFrom(21, 0).build().putLong(0, 0));
        disk.damage(SEGMENT, Arrays.copyOf(bytes.array(), bytes.position()));

        Store cut = Store.open(disk.reboot(1, true), killed.copyOfModels(), ONE_SEGMENT);
        assertThat(cut.log(A).offsets().logEndOffset()).isEqualTo(21);
        cut.kill();
        Store ended = Store.open(disk.reboot(1, false), killed.copyOfModels(), ONE_SEGMENT);
        assertThatThrownBy(() -> ended.log(A).offsets()).isInstanceOf(LogException.CorruptLog.class);
        ended.kill();
    }

    @Test
    void recordsThatACheckpointSawAreMissedWhenTheyAreGone() throws IOException {
        Store store = Store.empty(new CrashDisk(), ONE_SEGMENT, 0);
        Samples.severalSegments(store);
        store.checkpoint();
        store.kill();
        killed = store;
        for (int batches = 0; batches < 10; batches++) {
            CrashDisk disk = store.disk().reboot(1, true);
            byte[] shorter = Arrays.copyOf(disk.bytes(SEGMENT), batches * batchBytes);
            disk.damage(SEGMENT, shorter);
            assertThat(isRefused(disk, batches + " batches left", shorter)).isTrue();
        }
    }

    /** False when all that was durable is there again. */
    private boolean isRefused(CrashDisk disk, String where, byte[] damaged) throws IOException {
        Store store = Store.open(disk, killed.copyOfModels(), ONE_SEGMENT);
        try {
            store.log(A).offsets();
            store.checkRecovered();
            store.sendAgain();
            return false;
        } catch (LogException.CorruptLog e) {
            assertThat(Arrays.equals(disk.bytes(SEGMENT), damaged))
                    .as("%s: nothing is changed", where)
                    .isTrue();
            return true;
        } catch (AssertionError e) {
            throw new AssertionError(where + ": " + e.getMessage(), e);
        } finally {
            store.kill();
        }
    }
}
