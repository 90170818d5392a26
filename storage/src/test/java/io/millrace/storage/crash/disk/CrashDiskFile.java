package io.millrace.storage.crash.disk;

import io.millrace.storage.crash.disk.CrashFile.Resize;
import io.millrace.storage.crash.disk.CrashFile.Write;
import io.millrace.storage.crash.disk.DiskOperation.Kind;
import io.millrace.storage.file.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;

/** An open {@link CrashFile}; stays usable when the file is renamed or deleted. */
final class CrashDiskFile implements DiskFile {

    private final CrashDisk disk;
    private final Path path;
    private final CrashFile file;

    CrashDiskFile(CrashDisk disk, Path path, CrashFile file) {
        this.disk = disk;
        this.path = path;
        this.file = file;
    }

    @Override
    public long sizeBytes() {
        synchronized (disk) {
            return file.seen().sizeBytes();
        }
    }

    @Override
    public void append(ByteBuffer... sources) throws IOException {
        int total = 0;
        for (ByteBuffer source : sources) {
            total += source.remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(total);
        for (ByteBuffer source : sources) {
            all.put(source);
        }
        byte[] bytes = all.array();
        synchronized (disk) {
            long end = file.seen().sizeBytes();
            long free = disk.freeBytes();
            if (total > free) {
                byte[] fitting = Arrays.copyOf(bytes, (int) Math.max(0, free));
                disk.change(Kind.APPEND, path, new FileChange(new Write(end, fitting)));
                throw new IOException("No space left on device");
            }
            disk.change(Kind.APPEND, path, new FileChange(new Write(end, bytes)));
        }
    }

    /** A change of the data of this file. */
    private final class FileChange implements CrashDisk.Effect {
        private final CrashFile.Change change;

        FileChange(CrashFile.Change change) {
            this.change = change;
        }

        @Override
        public void happen() {
            file.change(change);
        }

        @Override
        public void happenInPart() {
            if (change instanceof Write write) {
                file.change(new Write(write.position(), Arrays.copyOf(write.bytes(), write.bytes().length / 2)));
            }
        }

        @Override
        public void die() {
            file.interrupt(change);
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        synchronized (disk) {
            if (disk.isDead()) {
                throw new IOException("the process is dead");
            }
            return file.seen().read(target, position);
        }
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) count);
        read(bytes, position);
        return target.write(bytes.flip());
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
        synchronized (disk) {
            Resize cut = new Resize(sizeBytes, file.seen().sizeBytes());
            disk.change(Kind.TRUNCATE, path, new FileChange(cut));
        }
    }

    @Override
    public void force() throws IOException {
        synchronized (disk) {
            disk.change(Kind.FORCE, path, new CrashDisk.Effect() {
                @Override
                public void happen() {
                    file.force();
                }

                @Override
                public void happenInPart() {
                    file.failForce();
                }

                @Override
                public void die() {
                    // Any part of the data was written: no more than what a crash leaves without it.
                }
            });
        }
    }

    @Override
    public void close() {
        // Nothing is held: a file lives as long as somebody knows it.
    }
}
