package io.millrace.websocket.delivery;

import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.RecordConsumer;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.filter.RecordMatcher;
import io.millrace.websocket.protocol.Gap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns record batches into a {@link SharedFrame}. A batch that cannot be taken apart becomes a gap, told with the next record.
 *
 * <p>Keeps scratch space: one caller at a time.
 */
final class FrameEncoder implements RecordConsumer {

    private static final Logger log = LoggerFactory.getLogger(FrameEncoder.class);

    /** Scratch space above this is not kept: one giant record should not cost its size for ever. */
    private static final int SCRATCH_BYTES_KEPT = 1 << 20;

    /**
     * Records that one frame looks at, when a filter may drop them: without a bound a batch that is compressed well, and of which
     * nothing is sent, would be looked through in one turn.
     */
    static final int FILTERED_RECORDS_MAX = 10_000;

    /** The same in bytes of keys and values, because an expression looks at them. */
    static final int FILTERED_BYTES_MAX = 1 << 20;

    private final StreamKey key;
    private final Framing framing;
    private final RecordWriter writer;
    private final RecordMatcher matcher;
    private final GatewayMetrics metrics;
    private final int frameBytesMax;
    private ByteSink sink = new ByteSink(4096);
    private long[] offsets = new long[64];
    private int[] begins = new int[64];

    // The frame under way.
    private int count;
    private int lookedAt;
    private long lookedAtBytes;
    private long refused;
    private long start;
    private long baseTimestampMs;

    /** Not told yet; may wait for the next frame. */
    private Gap gap;

    FrameEncoder(StreamKey key, int frameBytesMax, GatewayMetrics metrics) {
        this.key = key;
        this.framing = Framing.of(key.form(), key.deflated());
        this.writer = RecordWriter.of(key);
        this.matcher = key.filter().equals(RecordFilter.ALL)
                ? null
                : new RecordMatcher(key.filter(), key.partition().partition());
        this.metrics = metrics;
        this.frameBytesMax = frameBytesMax;
    }

    /** Whether records are looked at before they are encoded. */
    boolean filters() {
        return matcher != null;
    }

    Isolation isolation() {
        return key.isolation();
    }

    /** Whether encoding a record is more than copying its bytes. */
    boolean decodesValues() {
        return key.decodesValues();
    }

    /**
     * Encodes the records at and above {@code from} that pass the filter, until the frame has its largest size. A record that
     * is larger than that makes a frame of its own.
     *
     * @param gapBefore told with the first record; may be null
     */
    SharedFrame encode(ByteBuffer batches, long from, Gap gapBefore) {
        sink.truncate(0);
        count = 0;
        lookedAt = 0;
        lookedAtBytes = 0;
        refused = -1;
        start = from;
        baseTimestampMs = 0;
        if (gapBefore != null) {
            gap = gapBefore;
        }
        long end = RecordBatches.forEach(batches, from, this);
        countFailures();
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
                from,
                refused >= 0 ? refused : end,
                bytes,
                count,
                Arrays.copyOf(offsets, count),
                Arrays.copyOf(begins, count),
                baseTimestampMs);
    }

    @Override
    public void unreadable(long from, long to, String why) {
        if (refused >= 0) {
            return;
        }
        gap = new Gap(gap == null ? from : gap.from(), to, Gap.Reason.UNREADABLE);
        log.atWarn()
                .addKeyValue("topic", key.partition().topic())
                .addKeyValue("partition", key.partition().partition())
                .log("Followers miss the records from offset {} up to {}: {}", from, to, why);
    }

    @Override
    public void accept(StreamRecord record) {
        if (refused >= 0) {
            return;
        }
        if (count > 0 && sink.size() >= frameBytesMax) {
            refused = record.offset();
            return;
        }
        if (matcher != null && !passes(record)) {
            return;
        }
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
            begins = Arrays.copyOf(begins, count * 2);
        }
        offsets[count] = record.offset();
        begins[count] = sink.size();
        if (count == 0) {
            baseTimestampMs = record.timestampMs();
        }
        count++;
        int begin = framing.begin(sink);
        writer.write(record, start, baseTimestampMs, gap, sink);
        framing.end(sink, begin);
        gap = null;
    }

    private boolean passes(StreamRecord record) {
        if (lookedAt == FILTERED_RECORDS_MAX || lookedAtBytes >= FILTERED_BYTES_MAX) {
            refused = record.offset();
            return false;
        }
        lookedAt++;
        lookedAtBytes += length(record.key()) + length(record.value());
        return matcher.matches(record);
    }

    private static int length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private void countFailures() {
        long failures = matcher == null ? 0 : matcher.takeFailures();
        if (failures > 0) {
            metrics.filterFailed(failures);
        }
    }
}
