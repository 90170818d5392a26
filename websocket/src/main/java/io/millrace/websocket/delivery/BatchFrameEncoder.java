package io.millrace.websocket.delivery;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.websocket.protocol.Gap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Puts whole batches into a {@link SharedFrame}, byte for byte as they are stored: they are copied once, for all followers, and not taken
 * apart. Batches without records are left out: transaction markers, and what an aborted transaction or compaction left of one.
 */
final class BatchFrameEncoder implements LogEncoder {

    private final int frameBytesMax;
    private long[] lastOffsets = new long[16];
    private int[] begins = new int[16];
    private int[] recordCounts = new int[16];

    BatchFrameEncoder(int frameBytesMax) {
        this.frameBytesMax = frameBytesMax;
    }

    @Override
    public BatchReader.Load load() {
        return BatchReader.Load.of(false, false);
    }

    /** The first batch may begin before {@code from}; one that is larger than a frame makes a frame of its own. */
    @Override
    public SharedFrame encode(ByteBuffer batches, long from, Gap gapBefore) {
        int count = 0;
        int bytes = 0;
        long next = from;
        int end = batches.position();
        for (int size; end < batches.limit(); end += size) {
            size = BatchHeader.sizeBytes(batches, end);
            long lastOffset = BatchHeader.lastOffset(batches, end);
            if (isSent(batches, end) && lastOffset >= from) {
                if (count > 0 && bytes + size > frameBytesMax) {
                    break;
                }
                note(count, lastOffset, bytes, BatchHeader.recordsCount(batches, end));
                count++;
                bytes += size;
            }
            next = Math.max(next, lastOffset + 1);
        }
        return new SharedFrame(
                        from,
                        next,
                        copy(batches, from, end, bytes),
                        count,
                        Arrays.copyOf(lastOffsets, count),
                        Arrays.copyOf(begins, count),
                        0,
                        null,
                        null,
                        null,
                        false)
                .ofBatches(Arrays.copyOf(recordCounts, count));
    }

    private static boolean isSent(ByteBuffer batches, int at) {
        return !BatchHeader.isControl(batches, at) && BatchHeader.recordsCount(batches, at) > 0;
    }

    private void note(int index, long lastOffset, int begin, int records) {
        if (index == begins.length) {
            lastOffsets = Arrays.copyOf(lastOffsets, index * 2);
            begins = Arrays.copyOf(begins, index * 2);
            recordCounts = Arrays.copyOf(recordCounts, index * 2);
        }
        lastOffsets[index] = lastOffset;
        begins[index] = begin;
        recordCounts[index] = records;
    }

    /** Direct memory: the socket would copy a heap buffer again for every follower. */
    private static ByteBuf copy(ByteBuffer batches, long from, int end, int bytes) {
        if (bytes == 0) {
            return Unpooled.EMPTY_BUFFER;
        }
        ByteBuf copy = ByteBufAllocator.DEFAULT.directBuffer(bytes, bytes);
        for (int at = batches.position(), size; at < end; at += size) {
            size = BatchHeader.sizeBytes(batches, at);
            if (isSent(batches, at) && BatchHeader.lastOffset(batches, at) >= from) {
                copy.writeBytes(batches.slice(at, size));
            }
        }
        return copy;
    }
}
