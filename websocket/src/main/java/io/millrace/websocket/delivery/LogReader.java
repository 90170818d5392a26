package io.millrace.websocket.delivery;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.protocol.Gap;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Reads for followers that are behind the shared reader, each at its own position. Thread-safe. */
public final class LogReader {

    private final StreamKey key;
    private final PartitionService partitions;
    private final GatewayLimits limits;
    private final GatewayMetrics metrics;
    private final FrameCache recent;

    LogReader(
            StreamKey key,
            PartitionService partitions,
            GatewayLimits limits,
            GatewayMetrics metrics,
            AtomicLong allRingsBytes) {
        this.key = key;
        this.partitions = partitions;
        this.limits = limits;
        this.metrics = metrics;
        this.recent = new FrameCache(limits.allRingsBytesMax(), allRingsBytes);
    }

    /**
     * The frame at a position. To be called on {@code context}; completes there, and the receiver releases the frame. Its {@link
     * SharedFrame#next} is the position itself when there is nothing yet. Fails with MillraceException.
     *
     * @param gap told with the first record, which makes the frame this follower's own; may be null
     */
    public Future<SharedFrame> read(long position, Gap gap, Context context) {
        SharedFrame known = gap == null && isReadable(position) ? recent.acquire(position) : null;
        if (known != null) {
            return Future.succeededFuture(known);
        }
        FrameEncoder encoder = new FrameEncoder(key, limits.frameBytesMax(), metrics);
        return BatchReader.read(partitions, key.partition(), position, limits.readBytes(), gap, encoder, context)
                .onSuccess(frame -> {
                    if (frame.count() > 0) {
                        metrics.frameEncoded(key.partition().topic());
                    }
                    // Also when a filter dropped everything: others need not look at the same records again.
                    if (gap == null && frame.next() > position) {
                        recent.keep(frame);
                    }
                });
    }

    void close() {
        recent.close();
    }

    /** Records that were deleted meanwhile are not shown from memory either. */
    private boolean isReadable(long position) {
        try {
            return position >= partitions.offsets(key.partition()).logStartOffset();
        } catch (MillraceException e) {
            // The read says what it is.
            return false;
        }
    }
}
