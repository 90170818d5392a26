package io.millrace.websocket.delivery;

import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.RecordConsumer;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.filter.RecordMatcher;
import io.millrace.websocket.protocol.Gap;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns record batches into a {@link SharedFrame}. A batch that cannot be taken apart becomes a gap, told with the next record of the
 * frame, or else handed over with it.
 *
 * <p>Keeps scratch space: one caller at a time.
 */
final class FrameEncoder implements RecordConsumer {

    private static final Logger log = LoggerFactory.getLogger(FrameEncoder.class);

    /**
     * Records that one frame looks at, when a filter may drop them: without a bound a batch that is compressed well, and of which
     * nothing is sent, would be looked through in one turn.
     */
    static final int FILTERED_RECORDS_MAX = 10_000;

    /** The same in bytes of keys and values, because an expression looks at them. */
    static final int FILTERED_BYTES_MAX = 1 << 20;

    private final StreamKey key;
    private final FrameBuilder frame;
    private final RecordMatcher matcher;
    private final GatewayMetrics metrics;

    // The frame under way.
    private int lookedAt;
    private long lookedAtBytes;
    private long refused;

    /** Not told yet. */
    private Gap gap;

    FrameEncoder(StreamKey key, int frameBytesMax, GatewayMetrics metrics) {
        this.key = key;
        this.frame = new FrameBuilder(key, frameBytesMax);
        this.matcher = key.filter().equals(RecordFilter.ALL)
                ? null
                : new RecordMatcher(key.filter(), key.partition().partition());
        this.metrics = metrics;
    }

    /**
     * What encoding costs. A frame ends when it is full, however much batches expand to; but what is dropped, or cut down, does not
     * fill it.
     */
    BatchReader.Load load() {
        return BatchReader.Load.of(key.decodesValues(), matcher != null);
    }

    /**
     * Encodes the records at and above {@code from} that pass the filter, until the frame has its largest size. A record that
     * is larger than that makes a frame of its own.
     *
     * @param gapBefore told with the first record; may be null
     */
    SharedFrame encode(ByteBuffer batches, long from, Gap gapBefore) {
        frame.begin(from);
        lookedAt = 0;
        lookedAtBytes = 0;
        refused = -1;
        gap = gapBefore;
        long end = RecordBatches.forEach(batches, from, this);
        countFailures();
        return frame.end(refused >= 0 ? refused : end, null, gap == gapBefore ? null : gap);
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
        if (frame.isFull()) {
            refused = record.offset();
            return;
        }
        if (matcher != null && !passes(record)) {
            return;
        }
        frame.add(record, 0, gap);
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
