package io.millrace.cluster.quorum;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.apache.kafka.common.network.TransferableChannel;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;
import org.apache.kafka.common.record.internal.UnalignedRecords;

/** Takes a part of a file into memory: the only way out of Kafka's records on files is a channel. */
final class MemoryChannel implements TransferableChannel {

    private final ByteBuffer memory;

    private MemoryChannel(int bytes) {
        memory = ByteBuffer.allocate(bytes);
    }

    static UnalignedMemoryRecords copy(UnalignedRecords part) throws IOException {
        int size = part.sizeInBytes();
        MemoryChannel channel = new MemoryChannel(size);
        int at = 0;
        while (at < size) {
            int written = part.writeTo(channel, at, size - at);
            if (written <= 0) {
                throw new IOException("a snapshot became shorter while " + size + " bytes of it were read");
            }
            at += written;
        }
        return new UnalignedMemoryRecords(channel.memory.flip());
    }

    @Override
    public boolean hasPendingWrites() {
        return false;
    }

    @Override
    public long transferFrom(FileChannel file, long position, long count) throws IOException {
        return file.read(memory, position);
    }

    @Override
    public int write(ByteBuffer source) {
        int bytes = source.remaining();
        memory.put(source);
        return bytes;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        long bytes = 0;
        for (int i = offset; i < offset + length; i++) {
            bytes += write(sources[i]);
        }
        return bytes;
    }

    @Override
    public long write(ByteBuffer[] sources) {
        return write(sources, 0, sources.length);
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
