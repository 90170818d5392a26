package io.millrace.websocket.delivery;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.conflation.TickSchedule;
import io.millrace.websocket.protocol.ErrorJson;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shared reader of a conflated stream. It merges what is new a little at a time, and gives what was kept to {@link
 * SharedStream#append} at the next tick; earlier when that has grown too large.
 *
 * <p>{@link #signal} and {@link #idle} may be called on any thread; the rest runs on the pump's own event loop, one thing at a time.
 */
final class ConflatingPump implements Pump {

    private static final Logger LOG = LoggerFactory.getLogger(ConflatingPump.class);

    /** How long new records are let gather before they are read: a part of the interval, within these bounds. */
    private static final int GATHERS_IN_INTERVAL = 5;

    private static final long GATHER_MIN_MS = 2;
    private static final long GATHER_MAX_MS = 50;

    private static final long NO_TIMER = -1;

    private final SharedStream stream;
    private final PartitionService partitions;
    private final Context context;
    private final GatewayLimits limits;
    private final GatewayMetrics metrics;
    private final ConflatingEncoder encoder;
    private final BatchReader reader;
    private final TickSchedule schedule;
    private final long gatherMs;

    /** Whether a turn is coming anyway, so that more signals need not bring one. */
    private final AtomicBoolean awaited = new AtomicBoolean();

    private boolean busy;
    private boolean signalledWhileBusy;
    /** Nothing was there to be read when it was tried last. */
    private boolean drained;
    /** What is read up to without a pause; below the position when that is done. */
    private long target = -1;

    private long gatherUntilMs;
    private long timer = NO_TIMER;

    ConflatingPump(
            SharedStream stream,
            PartitionService partitions,
            Context context,
            GatewayLimits limits,
            GatewayMetrics metrics,
            ConflatingEncoder encoder) {
        this.stream = stream;
        this.partitions = partitions;
        this.context = context;
        this.limits = limits;
        this.metrics = metrics;
        this.encoder = encoder;
        this.reader = new BatchReader(
                partitions, stream.key().partition(), stream.key().isolation(), context);
        long intervalMs = stream.key().conflation().intervalMs();
        this.schedule = new TickSchedule(intervalMs);
        this.gatherMs = Math.max(GATHER_MIN_MS, Math.min(GATHER_MAX_MS, intervalMs / GATHERS_IN_INTERVAL));
        encoder.restart(-1);
    }

    @Override
    public void signal() {
        if (awaited.compareAndSet(false, true)) {
            context.runOnContext(v -> signalled());
        }
    }

    @Override
    public void idle() {
        // What was merged for those who left is of no use any more.
        signal();
    }

    private void signalled() {
        drained = false;
        signalledWhileBusy = busy;
        turn();
    }

    private void turn() {
        awaited.set(false);
        cancelTimer();
        if (busy) {
            return;
        }
        long head = stream.wanted();
        if (head != encoder.start()) {
            // Everybody left, or somebody began elsewhere.
            encoder.restart(head);
            target = -1;
            drained = false;
        }
        if (head < 0) {
            return;
        }
        try {
            PartitionOffsets offsets = partitions.offsets(stream.key().partition());
            if (stream.hasNewLeader(offsets.leaderEpoch())) {
                return;
            }
            if (encoder.position() >= offsets.logStartOffset()) {
                goOn(offsets.highWatermark(), nowMs());
            } else if (encoder.position() > head) {
                // What was read before it was deleted is sent, and the hole found behind it.
                encode();
            } else {
                stream.skipTo(offsets.logStartOffset());
                turnSoon();
            }
        } catch (MillraceException e) {
            failed(e);
        }
    }

    private void goOn(long highWatermark, long nowMs) {
        if (encoder.isFull()) {
            encode();
            return;
        }
        if (encoder.position() < target) {
            read();
            return;
        }
        long dueInMs = schedule.dueInMs(nowMs);
        boolean merged = encoder.position() > encoder.start();
        boolean nothingToRead = drained || encoder.position() >= highWatermark;
        if (target >= 0) {
            target = -1;
            gatherUntilMs = nowMs + gatherMs;
            if (merged && dueInMs == 0) {
                encode();
                return;
            }
        }
        if (nothingToRead) {
            if (merged && dueInMs == 0) {
                encode();
            } else if (merged || drained) {
                turnIn(drained ? LeaderChange.PAUSE_MS : dueInMs);
                drained = false;
            }
            return;
        }
        long waitMs = Math.min(gatherUntilMs - nowMs, dueInMs);
        if (waitMs > 0) {
            awaited.set(true);
            turnIn(waitMs);
        } else {
            target = highWatermark;
            read();
        }
    }

    private void read() {
        busy = true;
        signalledWhileBusy = false;
        long position = encoder.position();
        reader.read(position, limits.readBytes(), encoder.load(), batches -> {
                    encoder.merge(batches, Long.MAX_VALUE);
                    return encoder.position() > position;
                })
                .onComplete(done -> {
                    busy = false;
                    if (done.failed()) {
                        failed(done.cause());
                        return;
                    }
                    if (stream.hasNewLeader()) {
                        // Everybody leaves, and the next turn finds nothing to be done.
                        encoder.restart(-1);
                        return;
                    }
                    if (!done.result()) {
                        // A leader that knows less than we heard, or files that are being replaced: there will be
                        // something.
                        drained = !signalledWhileBusy;
                        target = Math.min(target, position);
                    }
                    turnSoon();
                });
    }

    private void encode() {
        busy = true;
        target = -1;
        long tickNanos = System.nanoTime();
        boolean quick = encoder.keptBytes()
                <= (stream.key().decodesValues()
                        ? BatchReader.PARSED_ON_LOOP_BYTES_MAX
                        : BatchReader.ON_LOOP_BYTES_MAX);
        Future<List<SharedFrame>> encoded = quick
                ? Future.succeededFuture(encoder.encode(null))
                : context.executeBlocking(() -> encoder.encode(null), false);
        encoded.onComplete(done -> {
            busy = false;
            if (done.failed()) {
                failed(done.cause());
                return;
            }
            deliver(done.result(), tickNanos);
            turnSoon();
        });
    }

    private void deliver(List<SharedFrame> frames, long tickNanos) {
        for (SharedFrame frame : frames) {
            if (frame.count() > 0) {
                metrics.frameEncoded(stream.key().partition().topic());
                schedule.sent(nowMs());
            }
        }
        stream.append(frames, tickNanos);
    }

    /** Through the loop's queue, so that a stream with much to read does not keep the loop from its other work. */
    private void turnSoon() {
        context.runOnContext(v -> turn());
    }

    private void turnIn(long delayMs) {
        timer = context.owner().setTimer(delayMs, fired -> {
            if (fired == timer) {
                timer = NO_TIMER;
                turnSoon();
            }
        });
    }

    private void cancelTimer() {
        if (timer != NO_TIMER) {
            context.owner().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    private void failed(Throwable cause) {
        MillraceException error = ErrorJson.asAnswer(cause);
        target = -1;
        if (error.code() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            // Retention passed by between the look at the offsets and the read: look again.
            turnSoon();
        } else if (LeaderChange.isPassing(error)) {
            turnIn(LeaderChange.PAUSE_MS);
        } else {
            encoder.restart(-1);
            LOG.atWarn()
                    .addKeyValue("topic", stream.key().partition().topic())
                    .addKeyValue("partition", stream.key().partition().partition())
                    .setCause(error.getCause())
                    .log("A stream cannot be read any more: {}", error.getMessage());
            stream.fail(error);
        }
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
