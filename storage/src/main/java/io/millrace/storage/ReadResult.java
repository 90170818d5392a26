package io.millrace.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Whole record batches read from a log, in offset order. The first batch contains the asked offset but may begin before it:
 * the reader skips what it did not ask for.
 *
 * <p>Holds segment files open until {@link #close()}; every result must be closed once, also an empty one. Not thread-safe,
 * but may be handed from thread to thread.
 */
public final class ReadResult implements AutoCloseable {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final List<LogSlice> slices;
    private final int sizeBytes;

    public ReadResult(List<LogSlice> slices) {
        this.slices = List.copyOf(slices);
        int sum = 0;
        for (LogSlice slice : this.slices) {
            sum += slice.sizeBytes();
        }
        this.sizeBytes = sum;
    }

    /** Nothing to read. */
    public static ReadResult empty() {
        return new ReadResult(List.of());
    }

    public List<LogSlice> slices() {
        return slices;
    }

    public int sizeBytes() {
        return sizeBytes;
    }

    public boolean isEmpty() {
        return sizeBytes == 0;
    }

    /** Whether all bytes are in memory, so that {@link #toBuffer()} will not touch a disk. */
    public boolean inMemory() {
        for (LogSlice slice : slices) {
            if (slice instanceof LogSlice.File) {
                return false;
            }
        }
        return true;
    }

    /**
     * All bytes in one buffer. Copies, except when there is one slice and it lies in memory. Blocks on the disk unless {@link
     * #inMemory()}.
     */
    public ByteBuffer toBuffer() throws IOException {
        if (slices.isEmpty()) {
            return NOTHING.duplicate();
        }
        if (slices.size() == 1 && slices.get(0) instanceof LogSlice.Memory memory) {
            return memory.batches().duplicate();
        }
        ByteBuffer all = ByteBuffer.allocate(sizeBytes);
        for (LogSlice slice : slices) {
            if (slice instanceof LogSlice.Memory memory) {
                all.put(memory.batches().duplicate());
            } else if (slice instanceof LogSlice.File file) {
                file.region().readInto(all);
            }
        }
        return all.flip();
    }

    /** Lets the segment files go. */
    @Override
    public void close() {
        for (LogSlice slice : slices) {
            if (slice instanceof LogSlice.File file) {
                file.region().close();
            }
        }
    }
}
