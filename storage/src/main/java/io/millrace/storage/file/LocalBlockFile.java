package io.millrace.storage.file;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link BlockFile} that goes past the page cache where the file system lets it (O_DIRECT with O_DSYNC): nothing is copied, and
 * no other file's dirty pages are waited for. Elsewhere, as on some network and memory file systems, through the page cache.
 */
final class LocalBlockFile implements BlockFile {

    /** Zeros that are made durable at a time: whoever else writes to the disk waits behind so many, not behind a whole file. */
    private static final int ZEROS_BYTES = 512 << 10;

    private static final Logger log = LoggerFactory.getLogger(LocalBlockFile.class);

    private final FileChannel writer;

    /** Direct reads would need aligned memory too. */
    private final FileChannel reader;

    private LocalBlockFile(FileChannel writer, FileChannel reader) {
        this.writer = writer;
        this.reader = reader;
    }

    /** See {@link Disk#openBlocks}. */
    static LocalBlockFile open(Path file, long sizeBytes) throws IOException {
        if (sizeBytes % BLOCK_BYTES != 0) {
            throw new IllegalArgumentException("not a multiple of " + BLOCK_BYTES + " bytes: " + sizeBytes);
        }
        fill(file, sizeBytes);
        FileChannel reader = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new LocalBlockFile(openWriter(file), reader);
        } catch (IOException e) {
            reader.close();
            throw e;
        }
    }

    private static FileChannel openWriter(Path file) throws IOException {
        if (Files.getFileStore(file).getBlockSize() <= BLOCK_BYTES) {
            try {
                return FileChannel.open(
                        file, StandardOpenOption.WRITE, StandardOpenOption.DSYNC, ExtendedOpenOption.DIRECT);
            } catch (IOException | UnsupportedOperationException e) {
                log.debug("{} cannot be opened for direct writes: the page cache is used", file, e);
            }
        }
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
    }

    /** Really writes the zeros: blocks that are only reserved would cost file system metadata at their first write. */
    private static void fill(Path file, long sizeBytes) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            long before = out.size();
            if (before >= sizeBytes) {
                return;
            }
            try {
                writeZeros(out, before, sizeBytes);
            } catch (IOException e) {
                // Half a file is of no use, and on a full disk it would keep the last of the space.
                out.truncate(before);
                throw e;
            }
        }
    }

    private static void writeZeros(FileChannel out, long from, long to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS_BYTES, to - from));
        for (long position = from; position < to; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), to - position));
            position += out.write(zeros, position);
            out.force(true);
        }
    }

    @Override
    public long sizeBytes() throws IOException {
        return writer.size();
    }

    @Override
    public void write(ByteBuffer blocks, long position) throws IOException {
        if (position % BLOCK_BYTES != 0 || blocks.remaining() % BLOCK_BYTES != 0) {
            throw new IllegalArgumentException(
                    "not whole blocks: " + blocks.remaining() + " bytes at position " + position);
        }
        long at = position;
        while (blocks.hasRemaining()) {
            int count = writer.write(blocks, at);
            if (count <= 0 || count % BLOCK_BYTES != 0) {
                throw new IOException("short write: " + count + " bytes were taken, " + blocks.remaining() + " not");
            }
            at += count;
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int start = target.position();
        while (target.hasRemaining()) {
            if (reader.read(target, position + target.position() - start) < 0) {
                break;
            }
        }
        return target.position() - start;
    }

    @Override
    public void close() throws IOException {
        try {
            reader.close();
        } finally {
            writer.close();
        }
    }
}
