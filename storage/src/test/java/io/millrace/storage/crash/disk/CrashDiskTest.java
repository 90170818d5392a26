package io.millrace.storage.crash.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.crash.disk.DiskOperation.Kind;
import io.millrace.storage.crash.disk.Faults.Outcome;
import io.millrace.storage.file.BlockFile;
import io.millrace.storage.file.Disk.Mode;
import io.millrace.storage.file.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The disk under the crash suites keeps exactly the promises that a disk makes, and breaks every other one for some seed. */
class CrashDiskTest {

    private static final int SEEDS = 200;
    private static final Path DATA = Path.of("/data");
    private static final Path FILE = DATA.resolve("file");

    private CrashDisk disk;

    @BeforeEach
    void aDirectoryThatIsThere() throws IOException {
        disk = new CrashDisk();
        disk.createDirectories(DATA);
        disk.forceDirectory(Path.of("/"));
    }

    @Test
    void whatWasForcedIsThereAfterAPowerCutWhateverTheSeed() throws IOException {
        DiskFile file = disk.open(FILE, Mode.CREATE);
        file.append(filled(9_000, 1));
        file.force();
        disk.forceDirectory(DATA);
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(disk.reboot(seed, true).bytes(FILE))
                    .isEqualTo(filled(9_000, 1).array());
        }
    }

    @Test
    void dataThatWasNotForcedSurvivesInEverySubsetOfPieces() throws IOException {
        DiskFile file = disk.open(FILE, Mode.CREATE);
        file.append(filled(4_096, 1));
        file.force();
        disk.forceDirectory(DATA);
        file.append(filled(8_192, 2));
        Set<String> found = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            byte[] bytes = disk.reboot(seed, true).bytes(FILE);
            assertThat(Arrays.copyOf(bytes, 4_096)).containsOnly(1);
            if (bytes.length == 12_288) {
                found.add(bytes[4_096] + "" + bytes[8_192]);
            }
        }
        assertThat(found).as("none, one without the other, both").contains("00", "20", "02", "22");
    }

    @Test
    void aNameThatWasNotForcedMayBeGoneThoughTheDataWasForced() throws IOException {
        DiskFile file = disk.open(FILE, Mode.CREATE);
        file.append(filled(10, 1));
        file.force();
        Set<Boolean> there = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            there.add(disk.reboot(seed, true).exists(FILE));
        }
        assertThat(there).contains(true, false);
    }

    @Test
    void aRenameHappensAsAWholeOrNotAtAll() throws IOException {
        write(FILE, 1);
        Path temporary = DATA.resolve("file.tmp");
        write(temporary, 2);
        disk.rename(temporary, FILE);
        Set<Byte> found = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            CrashDisk after = disk.reboot(seed, true);
            found.add(after.bytes(FILE)[0]);
            assertThat(after.exists(temporary)).isEqualTo(after.bytes(FILE)[0] == 1);
        }
        assertThat(found).contains((byte) 1, (byte) 2);
    }

    @Test
    void afterAProcessWasKilledEverythingWrittenIsThereAndTheBootIsTheSame() throws IOException {
        DiskFile file = disk.open(FILE, Mode.CREATE);
        file.append(filled(5_000, 1));
        disk.crashAtOperation(disk.operations() + 1);
        assertThatThrownBy(() -> file.append(filled(100, 2))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.exists(FILE)).isInstanceOf(IOException.class);
        Set<Integer> sizes = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            CrashDisk after = disk.reboot(seed, false);
            assertThat(Arrays.copyOf(after.bytes(FILE), 5_000)).containsOnly(1);
            assertThat(after.bootId()).isEqualTo(disk.bootId());
            sizes.add(after.bytes(FILE).length);
        }
        assertThat(sizes).as("the write under way is cut anywhere").hasSizeGreaterThan(20);
        assertThat(disk.reboot(1, true).bootId()).isNotEqualTo(disk.bootId());
    }

    @Test
    void blocksAreDurableOnceWrittenAndTornInAnySubsetBefore() throws IOException {
        BlockFile blocks = disk.openBlocks(FILE, 4 * 4_096);
        disk.forceDirectory(DATA);
        blocks.write(filled(8_192, 1), 0);
        disk.crashAtOperation(disk.operations() + 1);
        assertThatThrownBy(() -> blocks.write(filled(8_192, 2), 8_192)).isInstanceOf(IOException.class);
        Set<String> found = new HashSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            byte[] bytes = disk.reboot(seed, true).bytes(FILE);
            assertThat(Arrays.copyOf(bytes, 8_192)).containsOnly(1);
            found.add(bytes[8_192] + "" + bytes[12_288]);
        }
        assertThat(found).containsExactlyInAnyOrder("00", "20", "02", "22");
    }

    @Test
    void afterAFailedForceTheDataIsGoneThoughALaterForceSucceeds() throws IOException {
        DiskFile file = disk.open(FILE, Mode.CREATE);
        file.append(filled(4_096, 1));
        file.force();
        disk.forceDirectory(DATA);
        file.append(filled(4_096, 2));
        disk.faults(Faults.nth(1, operation -> operation.is(Kind.FORCE), Outcome.IO_ERROR));
        assertThatThrownBy(file::force).hasMessage("Input/output error");
        file.force();
        byte[] bytes = disk.reboot(1, true).bytes(FILE);
        assertThat(bytes).hasSize(8_192);
        assertThat(Arrays.copyOfRange(bytes, 4_096, 8_192)).containsOnly(0);
    }

    @Test
    void aFullDiskTakesTheBytesThatFit() throws IOException {
        disk.capacityBytes(1_000);
        DiskFile file = disk.open(FILE, Mode.CREATE);
        file.append(filled(900, 1));
        assertThatThrownBy(() -> file.append(filled(200, 2))).hasMessage("No space left on device");
        assertThat(disk.bytes(FILE)).hasSize(1_000);
        file.truncate(900);
        assertThat(disk.usableBytes(DATA)).isEqualTo(100);
    }

    @Test
    void oneSeedGivesTheSameDiskEachTime() throws IOException {
        DiskFile file = disk.open(FILE, Mode.CREATE);
        for (int i = 0; i < 5; i++) {
            file.append(filled(3_000, i));
        }
        disk.forceDirectory(DATA);
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(disk.reboot(seed, true).bytes(FILE))
                    .isEqualTo(disk.reboot(seed, true).bytes(FILE));
        }
    }

    private void write(Path path, int fill) throws IOException {
        DiskFile file = disk.open(path, Mode.CREATE);
        file.append(filled(10, fill));
        file.force();
        disk.forceDirectory(DATA);
    }

    private static ByteBuffer filled(int size, int fill) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) fill);
        return ByteBuffer.wrap(bytes);
    }
}
