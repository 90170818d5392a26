package io.millrace.storage.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.crash.disk.CrashDisk;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFile;
import io.millrace.storage.file.OpenFiles;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each step of an exchange is on the disk before the next one begins, whatever a power cut takes. */
class SegmentSwapTest {

    private static final Path DIRECTORY = Path.of("/data/t-0");
    private static final int SEEDS = 30;

    private final CrashDisk disk = new CrashDisk();
    private SegmentSwap swap;

    @BeforeEach
    void writeTwoSegmentsAndTheOneThatReplacesThem() throws IOException {
        disk.createDirectories(DIRECTORY);
        disk.forceDirectory(Path.of("/"));
        disk.forceDirectory(Path.of("/data"));
        OpenFiles files = new OpenFiles(disk, 10, () -> {});
        Segment first = Segment.create(disk, files, DIRECTORY, 0, 1);
        Segment second = Segment.create(disk, files, DIRECTORY, 5, 1);
        for (String suffix : SegmentSwap.SUFFIXES) {
            try (DiskFile cleaned = disk.open(path(0, suffix + SegmentFiles.CLEANED), Disk.Mode.CREATE)) {
                cleaned.append(ByteBuffer.wrap(new byte[] {1}));
                cleaned.force();
            }
        }
        disk.forceDirectory(DIRECTORY);
        swap = new SegmentSwap(
                disk,
                DIRECTORY,
                new SegmentGroup(List.of(new CleanableSegment(first, 5, 0), new CleanableSegment(second, 9, 0))));
    }

    @Test
    void aCommittedSegmentIsThereAfterAPowerCut() throws IOException {
        swap.commit();
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(disk.reboot(seed, true).exists(path(0, ".log" + SegmentFiles.SWAP)))
                    .as("seed %d", seed)
                    .isTrue();
        }
    }

    @Test
    void whenTheNewSegmentHasItsNameTheOldOnesNeverComeBack() throws IOException {
        swap.commit();
        swap.replace();
        for (int seed = 0; seed < SEEDS; seed++) {
            CrashDisk found = disk.reboot(seed, true);
            assertThat(found.exists(path(0, ".log"))).as("seed %d", seed).isTrue();
            assertThat(found.exists(path(5, ".log"))).as("seed %d", seed).isFalse();
        }
    }

    private static Path path(long base, String suffix) {
        return SegmentFiles.path(DIRECTORY, base, suffix);
    }
}
