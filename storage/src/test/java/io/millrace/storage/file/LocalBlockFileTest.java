package io.millrace.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalBlockFileTest {

    private static final int BLOCK = BlockFile.BLOCK_BYTES;

    @TempDir
    Path directory;

    @Test
    void aNewFileIsFilledWithZeros() throws IOException {
        Path path = directory.resolve("blocks");
        try (BlockFile file = Disk.local().openBlocks(path, 3 * BLOCK)) {
            assertThat(file.sizeBytes()).isEqualTo(3 * BLOCK);
        }
        assertThat(Files.readAllBytes(path)).containsOnly(0).hasSize(3 * BLOCK);
    }

    @Test
    void blocksAreOverwrittenInPlaceAndTheOthersStay() throws IOException {
        Path path = directory.resolve("blocks");
        try (BlockFile file = Disk.local().openBlocks(path, 4 * BLOCK)) {
            file.write(filled(2 * BLOCK, 7), BLOCK);
            file.write(filled(BLOCK, 9), 2 * BLOCK);
            ByteBuffer read = ByteBuffer.allocate(4 * BLOCK);
            assertThat(file.read(read, 0)).isEqualTo(4 * BLOCK);
            assertThat(read.get(0)).isZero();
            assertThat(read.get(BLOCK)).isEqualTo((byte) 7);
            assertThat(read.get(2 * BLOCK)).isEqualTo((byte) 9);
            assertThat(read.get(3 * BLOCK)).isZero();
        }
    }

    @Test
    void aShorterFileIsFilledUpAndALongerOneStaysAsItIs() throws IOException {
        Path path = directory.resolve("blocks");
        Files.write(path, new byte[] {1, 2, 3});
        Disk.local().openBlocks(path, 2 * BLOCK).close();
        assertThat(Files.readAllBytes(path)).hasSize(2 * BLOCK).startsWith(1, 2, 3, 0);
        Disk.local().openBlocks(path, BLOCK).close();
        assertThat(Files.size(path)).isEqualTo(2 * BLOCK);
    }

    @Test
    void partsOfBlocksAreRefused() throws IOException {
        try (BlockFile file = Disk.local().openBlocks(directory.resolve("blocks"), 2 * BLOCK)) {
            assertThatThrownBy(() -> file.write(filled(BLOCK, 1).limit(100), 0))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> file.write(filled(BLOCK, 1), 100)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static ByteBuffer filled(int sizeBytes, int value) {
        ByteBuffer buffer = BlockFile.allocate(sizeBytes);
        for (int i = 0; i < sizeBytes; i++) {
            buffer.put(i, (byte) value);
        }
        return buffer;
    }
}
