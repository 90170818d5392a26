package io.millrace.websocket.delivery;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.protocol.Gap;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads the log for followers of a conflated stream that are behind: much of it at a time, so that little is left to be sent.
 * Thread-safe.
 */
final class ConflatedReads {

    /** Frames of a tick that are made at a time: a follower that takes them slowly should not cost the memory of all. */
    static final int FRAMES_MAX = 8;

    /** It is read in larger pieces than what is sent as it is, to come to its end sooner. */
    private static final int CHUNK_RATIO = 8;

    /** Ticks that took more than this are not read again only to learn what to count. */
    private static final int REPLAY_RATIO_MAX = 4;

    private final StreamKey key;
    private final PartitionService partitions;
    private final GatewayLimits limits;
    private final GatewayMetrics metrics;
    private final AtomicLong nodeBytes;

    ConflatedReads(
            StreamKey key,
            PartitionService partitions,
            GatewayLimits limits,
            GatewayMetrics metrics,
            AtomicLong nodeBytes) {
        this.key = key;
        this.partitions = partitions;
        this.limits = limits;
        this.metrics = metrics;
        this.nodeBytes = nodeBytes;
    }

    /**
     * The next frames at a position, one at least, each with one holder. To be called on {@code context}; completes there.
     *
     * @param tick what the follower has begun with and not ended, or null. It is merged again, and what was sent of it left out: so
     *     its other frames say the same as those that were lost.
     * @param limit the position to stop at
     * @param gap told with the first record; may be null
     */
    Future<List<SharedFrame>> read(long position, Tick tick, long limit, Gap gap, Context context) {
        boolean again = tick != null && tick.logBytes() <= REPLAY_RATIO_MAX * (long) limits.conflateReadBytes();
        return read(new Reading(position, again ? tick : null, limit, gap, context))
                .recover(e -> {
                    boolean gone =
                            e instanceof MillraceException known && known.code() == ErrorCode.OFFSET_OUT_OF_RANGE;
                    // The beginning of the tick was deleted: what is left of it can still be sent.
                    return again && gone
                            ? read(new Reading(position, null, limit, gap, context))
                            : Future.failedFuture(e);
                });
    }

    private static Future<List<SharedFrame>> read(Reading reading) {
        return reading.next().onFailure(e -> reading.encoder.restart(-1));
    }

    private final class Reading {
        private final ConflatingEncoder encoder = new ConflatingEncoder(key, limits, metrics, nodeBytes);
        private final BatchReader reader;
        private final Context context;
        private final long from;
        private final Tick again;
        private final long limit;
        private final Gap gap;

        Reading(long position, Tick again, long limit, Gap gap, Context context) {
            this.reader = new BatchReader(partitions, key, context);
            this.context = context;
            this.from = position;
            this.again = again;
            this.limit = again == null ? limit : again.end();
            this.gap = gap;
            encoder.restart(again == null ? position : again.start());
        }

        Future<List<SharedFrame>> next() {
            long position = encoder.position();
            boolean enough = again == null && (encoder.isFull() || encoder.logBytes() >= limits.conflateReadBytes());
            if (position >= limit || enough) {
                return encode();
            }
            return reader.read(position, CHUNK_RATIO * limits.readBytes(), encoder.load(), batches -> {
                        if (again == null) {
                            encoder.merge(batches, limit);
                        } else {
                            encoder.mergeAgain(batches, limit);
                        }
                        return encoder.position() > position;
                    })
                    .compose(moved -> moved ? later() : encode());
        }

        /** Through the loop's queue: what is read at once must not pile up on the stack, or keep the loop from others. */
        private Future<List<SharedFrame>> later() {
            Promise<List<SharedFrame>> done = Promise.promise();
            context.runOnContext(v -> next().onComplete(done));
            return done.future();
        }

        private Future<List<SharedFrame>> encode() {
            if (again != null) {
                encoder.forgetBelow(from);
            }
            Tick tick = again != null ? again : new Tick(encoder.start(), encoder.position(), encoder.logBytes());
            if (encoder.keptBytes() <= BatchReader.PARSED_ON_LOOP_BYTES_MAX) {
                return Future.succeededFuture(encoder.encode(tick, gap, FRAMES_MAX));
            }
            return context.executeBlocking(() -> encoder.encode(tick, gap, FRAMES_MAX), false);
        }
    }
}
