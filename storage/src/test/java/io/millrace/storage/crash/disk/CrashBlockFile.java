package io.millrace.storage.crash.disk;

import io.millrace.storage.crash.disk.CrashFile.Resize;
import io.millrace.storage.crash.disk.CrashFile.Write;
import io.millrace.storage.crash.disk.DiskOperation.Kind;
import io.millrace.storage.file.BlockFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** An open {@link CrashFile} of blocks. */
final class CrashBlockFile implements BlockFile {

    private final CrashDisk disk;
    private final Path path;
    private final CrashFile file;

    CrashBlockFile(CrashDisk disk, Path path, CrashFile file) {
        this.disk = disk;
        this.path = path;
        this.file = file;
    }

    /** As on a real disk: the zeros, and their force; when one of them fails the file is as before. */
    void fillUpTo(long sizeBytes) throws IOException {
        long before = file.seen().sizeBytes();
        if (before >= sizeBytes) {
            return;
        }
        if (sizeBytes - before > disk.freeBytes()) {
            throw new IOException("No space left on device");
        }
        try {
            change(new Resize(sizeBytes, before));
            new CrashDiskFile(disk, path, file).force();
        } catch (IOException e) {
            if (!disk.isDead()) {
                file.change(new Resize(before, file.seen().sizeBytes()));
            }
            throw e;
        }
    }

    private void change(Resize growth) throws IOException {
        disk.change(Kind.APPEND, path, new CrashDisk.Effect() {
            @Override
            public void happen() {
                file.change(growth);
            }

            @Override
            public void die() {
                file.interrupt(growth);
            }
        });
    }

    @Override
    public long sizeBytes() {
        synchronized (disk) {
            return file.seen().sizeBytes();
        }
    }

    @Override
    public void write(ByteBuffer blocks, long position) throws IOException {
        if (position % BLOCK_BYTES != 0 || blocks.remaining() % BLOCK_BYTES != 0) {
            throw new IllegalArgumentException(blocks.remaining() + " bytes at " + position + " are not whole blocks");
        }
        byte[] bytes = new byte[blocks.remaining()];
        blocks.get(bytes);
        synchronized (disk) {
            disk.change(Kind.BLOCK_WRITE, path, new BlockWrite(position, bytes));
        }
    }

    private final class BlockWrite implements CrashDisk.Effect {
        private final Write write;

        BlockWrite(long position, byte[] bytes) {
            this.write = new Write(position, bytes);
        }

        @Override
        public void happen() {
            file.writeBlocks(write);
        }

        @Override
        public void happenInPart() {
            int half = write.bytes().length / 2 / BLOCK_BYTES * BLOCK_BYTES;
            file.writeBlocks(new Write(write.position(), Arrays.copyOf(write.bytes(), half)));
        }

        @Override
        public void seem() {
            file.change(write);
        }

        @Override
        public void die() {
            file.interruptBlocks(write);
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return new CrashDiskFile(disk, path, file).read(target, position);
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
