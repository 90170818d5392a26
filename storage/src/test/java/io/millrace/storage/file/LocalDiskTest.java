package io.millrace.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDiskTest {

    @TempDir
    Path directory;

    private final Disk disk = Disk.local();

    @Test
    void buffersOfAnySizeAndKindAreWrittenOneAfterTheOther() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        Path path = directory.resolve("file");
        try (DiskFile file = disk.open(path, Disk.Mode.CREATE)) {
            for (int round = 0; round < 20; round++) {
                ByteBuffer[] buffers = new ByteBuffer[1 + random.nextInt(5)];
                for (int i = 0; i < buffers.length; i++) {
                    byte[] bytes = new byte[random.nextInt(random.nextBoolean() ? 2_000 : 700_000)];
                    random.nextBytes(bytes);
                    buffers[i] = random.nextBoolean()
                            ? ByteBuffer.wrap(bytes)
                            : ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
                    expected.writeBytes(bytes);
                }
                file.append(buffers);
            }
            ByteBuffer read = ByteBuffer.allocate(expected.size() + 10);
            assertThat(file.read(read, 0)).isEqualTo(expected.size());
            assertThat(read.flip()).as("seed %d", seed).isEqualTo(ByteBuffer.wrap(expected.toByteArray()));
        }
    }

    @Test
    void anInterruptedReaderDoesNotCloseTheFileForOthers() throws Exception {
        Path path = directory.resolve("file");
        try (DiskFile file = disk.open(path, Disk.Mode.CREATE)) {
            file.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            file.read(ByteBuffer.allocate(3), 0);
            Thread reader = new Thread(() -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> file.read(ByteBuffer.allocate(3), 0))
                        .isInstanceOf(ClosedByInterruptException.class);
            });
            reader.start();
            reader.join();
            file.append(ByteBuffer.wrap(new byte[] {4}));
            file.force();
            ByteBuffer all = ByteBuffer.allocate(4);
            file.read(all, 0);
            assertThat(all.array()).containsExactly(1, 2, 3, 4);
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            assertThat(file.transferTo(1, 3, Channels.newChannel(sent))).isEqualTo(3);
            assertThat(sent.toByteArray()).containsExactly(2, 3, 4);
            file.truncate(2);
            assertThat(file.transferTo(2, 2, Channels.newChannel(sent)))
                    .as("was cut")
                    .isEqualTo(-1);
        }
    }

    @Test
    void aTruncatedFileGoesOnAtTheCut() throws Exception {
        Path path = directory.resolve("file");
        try (DiskFile file = disk.open(path, Disk.Mode.CREATE)) {
            file.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        }
        try (DiskFile file = disk.open(path, Disk.Mode.APPEND)) {
            file.truncate(1);
            file.append(ByteBuffer.wrap(new byte[] {9}));
            assertThat(file.sizeBytes()).isEqualTo(2);
            ByteBuffer all = ByteBuffer.allocate(2);
            file.read(all, 0);
            assertThat(all.array()).containsExactly(1, 9);
        }
    }

    @Test
    void theNumberOfOpenFilesIsBoundedByWhatIsInUse() throws Exception {
        AtomicInteger crowded = new AtomicInteger();
        OpenFiles files = new OpenFiles(disk, 3, crowded::incrementAndGet);
        SharedFile[] shared = new SharedFile[10];
        for (int i = 0; i < shared.length; i++) {
            Path path = directory.resolve("file-" + i);
            try (DiskFile file = disk.open(path, Disk.Mode.CREATE)) {
                file.append(ByteBuffer.wrap(new byte[] {(byte) i}));
            }
            shared[i] = new SharedFile(files, path);
            assertThat(readByte(shared[i])).isEqualTo((byte) i);
            assertThat(files.openCount()).isLessThanOrEqualTo(3);
        }
        for (SharedFile file : shared) {
            file.acquire();
        }
        assertThat(files.openCount()).as("files in use are not closed").isEqualTo(10);
        assertThat(crowded.get()).as("told when more than the limit are in use").isEqualTo(7);
        for (SharedFile file : shared) {
            file.release();
        }
        assertThat(readByte(shared[0])).isZero();
        files.closeUnused();
        assertThat(files.openCount()).isZero();
        assertThat(readByte(shared[9])).isEqualTo((byte) 9);
    }

    private static byte readByte(SharedFile shared) throws Exception {
        DiskFile file = shared.acquire();
        try {
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, 0);
            return one.get(0);
        } finally {
            shared.release();
        }
    }
}
