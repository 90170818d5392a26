package io.millrace.server.kafka;

import io.millrace.server.kafka.handler.ApiResponse;
import io.millrace.server.kafka.handler.LogRecords;
import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * Makes the parts of an answer frame: length, header and body in memory, and records by reference, as slices of the tail cache
 * or regions of segment files. Small runs of records are copied between the fields around them, because a part of its own costs
 * more than the copy.
 */
final class ResponseEncoder extends ByteBufferAccessor {

    /** Up to this size a slice in memory is copied into the buffer of the fields. */
    static final int COPIED_SLICE_BYTES_MAX = 8 << 10;

    /**
     * Larger slices go out in pieces of this size: the socket copies a piece into direct memory when it is written, so a slow
     * reader holds one piece there and not a whole answer.
     */
    static final int PIECE_BYTES_MAX = 256 << 10;

    private static final int LENGTH_BYTES = 4;

    private final List<Object> parts = new ArrayList<>();
    private int cutAt;

    private ResponseEncoder(ByteBuffer fields) {
        super(fields);
    }

    /**
     * The parts of an answer in order: {@link io.netty.buffer.ByteBuf}s and {@link LogFileRegion}s.
     *
     * @throws RuntimeException when the body has something set that its version cannot carry
     */
    static List<Object> encode(RequestHeader request, short version, ApiResponse.Answer answer) {
        ResponseHeader header = request.toResponseHeader();
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        header.data().addSize(size, cache, header.headerVersion());
        answer.body().addSize(size, cache, version);

        int fieldBytes = LENGTH_BYTES + size.sizeExcludingZeroCopy() + copiedBytes(answer.records());
        ResponseEncoder encoder = new ResponseEncoder(ByteBuffer.allocate(fieldBytes));
        encoder.writeInt(size.totalSize());
        header.data().write(encoder, cache, header.headerVersion());
        answer.body().write(encoder, cache, version);
        encoder.cut();
        return encoder.parts;
    }

    /** The bytes of an answer on the wire. */
    static long sizeBytes(List<Object> parts) {
        long bytes = 0;
        for (Object part : parts) {
            bytes += part instanceof ByteBuf buffer ? buffer.readableBytes() : ((LogFileRegion) part).count();
        }
        return bytes;
    }

    private static int copiedBytes(List<ReadResult> results) {
        int bytes = 0;
        for (ReadResult result : results) {
            for (LogSlice slice : result.slices()) {
                bytes += isCopied(slice) ? slice.sizeBytes() : 0;
            }
        }
        return bytes;
    }

    private static boolean isCopied(LogSlice slice) {
        return slice instanceof LogSlice.Memory && slice.sizeBytes() <= COPIED_SLICE_BYTES_MAX;
    }

    @Override
    public void writeRecords(BaseRecords records) {
        if (!(records instanceof LogRecords log)) {
            super.writeRecords(records);
            return;
        }
        for (LogSlice slice : log.result().slices()) {
            if (slice instanceof LogSlice.Memory memory) {
                writeSlice(memory);
            } else if (slice instanceof LogSlice.File file) {
                cut();
                parts.add(new LogFileRegion(file.region()));
            }
        }
    }

    private void writeSlice(LogSlice.Memory slice) {
        if (isCopied(slice)) {
            buffer().put(slice.batches().duplicate());
        } else {
            writeByteBuffer(slice.batches());
        }
    }

    /** By reference; the generated classes call this only for fields whose size they counted as zero-copy. */
    @Override
    public void writeByteBuffer(ByteBuffer source) {
        cut();
        ByteBuffer rest = source.duplicate();
        int end = rest.limit();
        while (rest.position() < end) {
            int next = Math.min(end, rest.position() + PIECE_BYTES_MAX);
            parts.add(Unpooled.wrappedBuffer(rest.limit(next)));
            rest.limit(end).position(next);
        }
    }

    /** Ends the part that is being written. */
    private void cut() {
        int position = buffer().position();
        if (position > cutAt) {
            parts.add(Unpooled.wrappedBuffer(buffer().array(), cutAt, position - cutAt));
            cutAt = position;
        }
    }
}
