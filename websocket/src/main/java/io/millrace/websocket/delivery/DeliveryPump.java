package io.millrace.websocket.delivery;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.protocol.ErrorJson;
import io.vertx.core.Context;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shared reader of one stream. Each time the high watermark moves it reads what is new, once, encodes it, once, and gives it
 * to {@link SharedStream#append}, which calls the event loops of the followers.
 *
 * <p>{@link #signal} may be called on any thread; the rest runs on the pump's own event loop, one read at a time.
 */
final class DeliveryPump implements Pump {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryPump.class);

    private final SharedStream stream;
    private final PartitionService partitions;
    private final Context context;
    private final GatewayLimits limits;
    private final GatewayMetrics metrics;
    private final LogEncoder encoder;
    private final BatchReader reader;
    private final AtomicBoolean queued = new AtomicBoolean();
    private volatile long signalledNanos;
    private boolean reading;
    private boolean signalledWhileReading;

    DeliveryPump(
            SharedStream stream,
            PartitionService partitions,
            Context context,
            GatewayLimits limits,
            GatewayMetrics metrics,
            RecordGate gate) {
        this.stream = stream;
        this.partitions = partitions;
        this.reader = new BatchReader(
                partitions, stream.key().partition(), stream.key().isolation(), context);
        this.context = context;
        this.limits = limits;
        this.metrics = metrics;
        this.encoder = LogEncoder.of(stream.key(), limits.frameBytesMax(), gate);
    }

    @Override
    public void signal() {
        if (queue()) {
            signalledNanos = System.nanoTime();
        }
    }

    @Override
    public void idle() {
        // The next turn finds out.
    }

    /**
     * Reads on through the loop's queue, so that a stream with much to read does not keep the loop from its other work. There is
     * one turn in the queue at most: with more of them the pump would run ahead of the deliveries on its own loop.
     */
    private boolean queue() {
        if (!queued.compareAndSet(false, true)) {
            return false;
        }
        context.runOnContext(v -> readNext());
        return true;
    }

    private void readNext() {
        queued.set(false);
        if (reading) {
            signalledWhileReading = true;
            return;
        }
        long position = stream.wanted();
        if (position < 0) {
            return;
        }
        try {
            PartitionOffsets offsets = partitions.offsets(stream.key().partition());
            if (stream.hasNewLeader(offsets.leaderEpoch())) {
                return;
            }
            if (position < offsets.logStartOffset()) {
                stream.skipTo(offsets.logStartOffset());
                position = offsets.logStartOffset();
            }
            if (offsets.highWatermark() <= position) {
                return;
            }
        } catch (MillraceException e) {
            failed(e);
            return;
        }
        read(position);
    }

    private void read(long position) {
        reading = true;
        long noticedNanos = signalledNanos;
        reader.read(position, limits.readBytes(), encoder.load(), batches -> encoder.encode(batches, position, null))
                .onComplete(done -> {
                    reading = false;
                    if (done.succeeded()) {
                        deliver(done.result(), position, noticedNanos);
                    } else {
                        failed(done.cause());
                    }
                });
    }

    private void deliver(SharedFrame frame, long position, long noticedNanos) {
        if (stream.hasNewLeader()) {
            frame.release();
            return;
        }
        boolean nothing = frame.next() == position;
        if (nothing) {
            frame.release();
        } else {
            if (frame.count() > 0) {
                metrics.frameEncoded(stream.key().partition().topic());
            }
            stream.append(List.of(frame), noticedNanos);
        }
        if (!nothing || signalledWhileReading) {
            signalledWhileReading = false;
            queue();
        } else {
            // There should be something: a leader knows less than we heard, or files are being replaced.
            context.owner().setTimer(LeaderChange.PAUSE_MS, timer -> queue());
        }
    }

    private void failed(Throwable cause) {
        MillraceException error = ErrorJson.asAnswer(cause);
        if (error.code() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            // Retention passed by between the look at the offsets and the read: look again.
            queue();
            return;
        }
        if (LeaderChange.isPassing(error)) {
            context.owner().setTimer(LeaderChange.PAUSE_MS, timer -> queue());
            return;
        }
        LOG.atWarn()
                .addKeyValue("topic", stream.key().partition().topic())
                .addKeyValue("partition", stream.key().partition().partition())
                .setCause(error.getCause())
                .log("A stream cannot be read any more: {}", error.getMessage());
        stream.fail(error);
    }
}
