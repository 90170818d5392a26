package io.millrace.websocket.delivery;

import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.protocol.Gap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/** Puts records into a {@link SharedFrame}, one after the other. Keeps scratch space: one caller at a time. */
final class FrameBuilder {

    /** Scratch space above this is not kept: one giant record should not cost its size for ever. */
    private static final int SCRATCH_BYTES_KEPT = 1 << 20;

    private final Framing framing;
    private final RecordWriter writer;
    private final int frameBytesMax;
    private ByteSink sink = new ByteSink(4096);
    private long[] offsets = new long[64];
    private int[] begins = new int[64];
    private int[] merged = new int[64];
    private boolean anyMerged;
    private long start;
    private RecordWriter.FrameBase base;
    private int count;

    FrameBuilder(StreamKey key, int frameBytesMax) {
        this.framing = Framing.of(key.form(), key.deflated());
        this.writer = RecordWriter.of(key);
        this.frameBytesMax = frameBytesMax;
    }

    /** Begins a frame at a position, and forgets one that was not ended. */
    void begin(long position) {
        sink.truncate(0);
        start = position;
        base = new RecordWriter.FrameBase(position, 0);
        count = 0;
        anyMerged = false;
    }

    /** Whether the frame has its largest size. A record that is larger than that makes a frame of its own. */
    boolean isFull() {
        return count > 0 && sink.size() >= frameBytesMax;
    }

    /**
     * Adds a record.
     *
     * @param mergedCount older records that it stands for
     * @param gap what was lost before it; may be null
     */
    void add(StreamRecord record, int mergedCount, Gap gap) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
            begins = Arrays.copyOf(begins, count * 2);
            merged = Arrays.copyOf(merged, count * 2);
        }
        if (count == 0) {
            base = new RecordWriter.FrameBase(start, record.timestampMs());
        }
        offsets[count] = record.offset();
        begins[count] = sink.size();
        merged[count] = mergedCount;
        anyMerged |= mergedCount > 0;
        count++;
        int begin = framing.begin(sink);
        writer.write(record, base, mergedCount, gap, sink);
        framing.end(sink, begin);
    }

    /**
     * Ends the frame.
     *
     * @param next the position behind it
     * @param tick what it is a part of; null when its records were not conflated
     * @param trailingGap lost behind its last record, and not told; may be null
     */
    SharedFrame end(long next, Tick tick, Gap trailingGap) {
        ByteBuf bytes = Unpooled.EMPTY_BUFFER;
        if (count > 0) {
            // Direct memory: the socket would copy a heap buffer again for every follower.
            bytes = ByteBufAllocator.DEFAULT.directBuffer(sink.size(), sink.size());
            bytes.writeBytes(sink.array(), 0, sink.size());
        }
        if (sink.capacity() > SCRATCH_BYTES_KEPT) {
            sink = new ByteSink(4096);
        }
        return new SharedFrame(
                start,
                next,
                bytes,
                count,
                Arrays.copyOf(offsets, count),
                Arrays.copyOf(begins, count),
                base.timestampMs(),
                anyMerged ? Arrays.copyOf(merged, count) : null,
                tick,
                trailingGap);
    }
}
