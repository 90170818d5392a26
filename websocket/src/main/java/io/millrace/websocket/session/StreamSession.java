package io.millrace.websocket.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.delivery.ControlFrame;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.Follower;
import io.millrace.websocket.delivery.LoopDelivery;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.delivery.SharedStreams;
import io.millrace.websocket.protocol.ControlMessage;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.Transport;
import io.millrace.websocket.subscription.ResolvedStart;
import io.millrace.websocket.subscription.Subscription;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream: a connection and its place in each partition it follows.
 *
 * <pre>
 *   behind ──(near enough: {@link Cursor#join})──▶ live
 *     ▲                                             │
 *     └──(buffer full, or the ring has passed it)───┘
 * </pre>
 *
 * A cursor that is behind waits in a queue; one read of the log is under way at a time, and only while the buffer has room. So a
 * client that reads slowly costs its buffer and its positions, nothing else (gateway protocol §6.6, {@code wait}).
 *
 * <p>Everything runs on the event loop of the connection.
 */
public final class StreamSession implements Follower, Outlet.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(StreamSession.class);
    private static final int RETRY_MIN_MS = 1_000;
    private static final int RETRY_MAX_MS = 5_000;

    private final Subscription subscription;
    private final Outlet outlet;
    private final EventLoopSessions loop;
    private final LoopDelivery delivery;
    private final GatewayMetrics metrics;
    private final GatewayLimits limits;
    private final KeepAlive keepAlive;
    private final Runnable onReleased;
    private final List<Cursor> cursors = new ArrayList<>();
    private final Deque<Cursor> behind = new ArrayDeque<>();

    private long recordsLeft;
    private int cursorsCatchingUp;
    private boolean reading;
    private boolean touched;
    private boolean full;
    private boolean eventOpen;
    private boolean moved;
    private boolean ended;
    private long checkpointAt;

    /**
     * A session that does nothing yet.
     *
     * @param onReleased called once, when the stream has ended and left nothing behind
     */
    public StreamSession(
            Subscription subscription,
            Outlet outlet,
            EventLoopSessions loop,
            GatewayLimits limits,
            GatewayMetrics metrics,
            Runnable onReleased) {
        this.subscription = subscription;
        this.outlet = outlet;
        this.loop = loop;
        this.delivery = loop.delivery();
        this.limits = limits;
        this.metrics = metrics;
        this.onReleased = onReleased;
        this.recordsLeft = subscription.limit();
        long now = System.nanoTime();
        this.checkpointAt = now;
        this.keepAlive = new KeepAlive(
                subscription.heartbeatMs(),
                limits.pongTimeoutMs(),
                limits.stalledTimeoutMs(),
                outlet.isHeartbeatAnswered(),
                now);
    }

    /** Sends what comes before the first record, and starts to follow. */
    public void begin(SharedStreams streams) {
        metrics.streamOpened(subscription.transport());
        loop.add(this);
        List<ResolvedStart> starts = subscription.starts();
        for (int i = 0; i < starts.size(); i++) {
            ResolvedStart start = starts.get(i);
            Cursor cursor = delivery.cursor(
                    this,
                    streams.hold(subscription.key(start.partition()), delivery),
                    start.position(),
                    subscription.ends().get(i));
            cursors.add(cursor);
            behind.add(cursor);
        }
        cursorsCatchingUp = cursors.size();
        outlet.listen(this);
        if (ended) {
            return;
        }
        if (subscription.transport() == Transport.SSE) {
            outlet.write(ControlFrame.sseRetry(ThreadLocalRandom.current().nextInt(RETRY_MIN_MS, RETRY_MAX_MS + 1)));
        }
        sendCheckpoint();
        for (int i = 0; i < starts.size(); i++) {
            if (starts.get(i).gap() != null) {
                tellGap(cursors.get(i), starts.get(i).gap());
            }
        }
        cursors.forEach(this::noteCatchingUp);
        catchUp();
        delivery.endRound();
    }

    // ---- live

    @Override
    public void deliver(Cursor cursor, List<SharedFrame> frames) {
        for (int i = 0; i < frames.size() && !ended; i++) {
            SharedFrame frame = frames.get(i);
            if (frame.next() <= cursor.position()) {
                continue;
            }
            if (!outlet.isWritable() || frame.start() > cursor.position() || cursor.gap() != null) {
                cursor.leave();
                behind.add(cursor);
                touch();
                return;
            }
            send(cursor, frame);
        }
    }

    @Override
    public void endRound() {
        touched = false;
        if (ended) {
            return;
        }
        endEvent();
        outlet.flush();
        catchUp();
    }

    @Override
    public void failed(Cursor cursor, MillraceException error) {
        if (error.code() == ErrorCode.UNKNOWN_SERVER_ERROR) {
            log("A stream failed", error);
        }
        end(StreamEnd.of(error));
    }

    // ---- behind

    private void catchUp() {
        while (!ended && !reading && !behind.isEmpty() && outlet.isWritable()) {
            Cursor cursor = behind.poll();
            if (isDone(cursor)) {
                continue;
            }
            try {
                if (cursor.gap() == null && cursor.join()) {
                    continue;
                }
            } catch (MillraceException e) {
                failed(cursor, e);
                return;
            }
            readLog(cursor);
        }
        if (!full && !ended && !behind.isEmpty() && !outlet.isWritable()) {
            full = true;
            metrics.stalled();
        }
    }

    private void readLog(Cursor cursor) {
        reading = true;
        Gap told = subscription.hasControlMessages() || subscription.envelope() == Envelope.VALUE ? null : cursor.gap();
        cursor.stream()
                .logReader()
                .read(cursor.position(), told, delivery.context())
                .onComplete(read -> {
                    reading = false;
                    if (read.succeeded()) {
                        try {
                            sendRead(cursor, read.result());
                        } finally {
                            read.result().release();
                        }
                    } else if (!ended) {
                        readFailed(cursor, ErrorJson.asAnswer(read.cause()));
                    }
                    goOnLater();
                });
    }

    private void sendRead(Cursor cursor, SharedFrame frame) {
        if (ended) {
            return;
        }
        if (frame.next() > cursor.position()) {
            send(cursor, frame);
            if (frame.count() > 0) {
                cursor.gap(null);
            }
            cursor.near(cursor.position() >= highWatermark(cursor));
            behind.add(cursor);
            return;
        }
        // Nothing to read, so nothing to miss: whatever comes next, comes live. A gap is told when it does.
        try {
            if (!cursor.join()) {
                behind.add(cursor);
            }
        } catch (MillraceException e) {
            failed(cursor, e);
        }
    }

    private static long highWatermark(Cursor cursor) {
        try {
            return cursor.stream().offsets().highWatermark();
        } catch (MillraceException e) {
            // Gone: the next read of this cursor says so.
            return Long.MAX_VALUE;
        }
    }

    private void readFailed(Cursor cursor, MillraceException error) {
        if (error.code() != ErrorCode.OFFSET_OUT_OF_RANGE) {
            failed(cursor, error);
            return;
        }
        try {
            PartitionOffsets offsets = cursor.stream().offsets();
            ResolvedStart start = subscription.reset().apply(cursor.partition(), cursor.position(), offsets);
            if (start.gap() != null) {
                cursor.position(start.position());
                tellGap(cursor, start.gap());
            }
            behind.add(cursor);
        } catch (MillraceException e) {
            failed(cursor, e);
        }
    }

    // ---- sending

    private void send(Cursor cursor, SharedFrame frame) {
        int from = frame.indexOf(cursor.position());
        int to = frame.count();
        long position = frame.next();
        if (subscription.untilLatest() && position > cursor.end()) {
            to = frame.indexOf(cursor.end());
            position = cursor.end();
        }
        if (to - from >= recordsLeft) {
            to = from + (int) recordsLeft;
            position = frame.offset(to - 1) + 1;
        }
        if (to > from) {
            ByteBuf bytes = frame.slice(from, to);
            delivery.sent(subscription.topic(), to - from, bytes.readableBytes());
            outlet.write(bytes);
            recordsLeft -= to - from;
            eventOpen = true;
            keepAlive.sent();
        }
        boolean catchingUp = !cursor.isCaughtUp();
        cursor.position(position);
        moved = true;
        touch();
        if (recordsLeft == 0) {
            end(StreamEnd.done("limit reached"));
        } else if (catchingUp) {
            noteCatchingUp(cursor);
        }
    }

    /** Looks whether a cursor that was catching up has done so. */
    private void noteCatchingUp(Cursor cursor) {
        if (ended || !cursor.isCaughtUp()) {
            return;
        }
        cursorsCatchingUp--;
        if (subscription.untilLatest()) {
            cursor.leave();
        }
        if (cursorsCatchingUp > 0) {
            return;
        }
        if (subscription.hasControlMessages()) {
            sendControl(new ControlMessage.CaughtUp());
        }
        if (subscription.untilLatest()) {
            end(StreamEnd.done("end reached"));
        }
    }

    private boolean isDone(Cursor cursor) {
        return subscription.untilLatest() && cursor.isCaughtUp();
    }

    private void tellGap(Cursor cursor, Gap gap) {
        metrics.gap(gap.reason());
        if (subscription.hasControlMessages()) {
            sendControl(new ControlMessage.GapNotice(
                    subscription.topic(), cursor.partition().partition(), gap));
        } else if (subscription.envelope() == Envelope.RECORD) {
            Gap untold = cursor.gap();
            cursor.gap(untold == null ? gap : new Gap(untold.from(), gap.to(), gap.reason()));
        }
    }

    private void sendCheckpoint() {
        moved = false;
        checkpointAt = System.nanoTime();
        if (subscription.hasControlMessages()) {
            sendControl(new ControlMessage.Checkpoint(token()));
        }
    }

    private void sendControl(ControlMessage message) {
        endEvent();
        outlet.write(ControlFrame.of(
                subscription.transport(), message, subscription.transport() == Transport.SSE ? token() : null));
        touch();
    }

    /** Every flush of SSE records ends with a token, so that a reconnect repeats at most one flush (gateway protocol §3). */
    private void endEvent() {
        if (eventOpen && subscription.transport() == Transport.SSE) {
            outlet.write(ControlFrame.sseEventEnd(token()));
            moved = false;
        }
        eventOpen = false;
    }

    private String token() {
        return loop.tokens().token(subscription.topicId(), cursors);
    }

    private void touch() {
        if (!touched) {
            touched = true;
            delivery.touch(this);
        }
    }

    // ---- the connection

    @Override
    public void writable() {
        full = false;
        // Not here: this comes from the middle of a flush.
        goOnLater();
    }

    /** Through the loop's queue: others get their turn, and reads that are answered at once do not pile up on the stack. */
    private void goOnLater() {
        delivery.context().runOnContext(v -> {
            catchUp();
            delivery.endRound();
        });
    }

    @Override
    public void heard() {
        keepAlive.heard();
    }

    @Override
    public void closed(int closeCode) {
        end(StreamEnd.byClient(closeCode));
    }

    void tick(long nowNanos) {
        switch (keepAlive.tick(nowNanos, outlet.isWritable(), outlet.progress())) {
            case FINE -> {
                long sinceCheckpoint = TimeUnit.NANOSECONDS.toMillis(nowNanos - checkpointAt);
                if (moved && sinceCheckpoint >= limits.checkpointIntervalMs() && outlet.isWritable()) {
                    sendCheckpoint();
                    delivery.endRound();
                }
            }
            case IDLE -> outlet.heartbeat();
            case SILENT -> end(StreamEnd.heartbeatTimeout(limits.pongTimeoutMs()));
            case STALLED -> end(StreamEnd.slowConsumer(limits.stalledTimeoutMs()));
        }
    }

    /**
     * The node is about to stop.
     *
     * @param endInMs when this stream will be ended
     * @param reconnectAfterMs how long its client should wait then
     */
    public void drain(long endInMs, long reconnectAfterMs) {
        if (ended) {
            return;
        }
        if (subscription.hasControlMessages()) {
            sendControl(new ControlMessage.Drain(endInMs + reconnectAfterMs));
            delivery.endRound();
        }
        delivery.context().owner().setTimer(Math.max(1, endInMs), timer -> end(StreamEnd.restarting()));
    }

    /** Ends the stream behind what was written so far. Ending it again does nothing. */
    public void end(StreamEnd end) {
        if (ended) {
            return;
        }
        if (!end.isByClient()) {
            endEvent();
            if (subscription.hasControlMessages()) {
                if (moved) {
                    sendCheckpoint();
                }
                if (end.error() != null) {
                    sendControl(new ControlMessage.Failure(end.error()));
                }
            }
        }
        ended = true;
        cursors.forEach(Cursor::detach);
        behind.clear();
        loop.remove(this);
        metrics.streamClosed(subscription.transport(), end.closeCode());
        outlet.close(end, onReleased);
    }

    private void log(String message, MillraceException error) {
        LOG.atError()
                .addKeyValue("topic", subscription.topic())
                .addKeyValue("transport", subscription.transport().label())
                .setCause(error.getCause())
                .log(message);
    }
}
