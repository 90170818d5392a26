package io.millrace.websocket.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.Follower;
import io.millrace.websocket.delivery.LeaderChange;
import io.millrace.websocket.delivery.LoopDelivery;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.delivery.SharedStreams;
import io.millrace.websocket.protocol.ControlMessage;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.subscription.ResolvedStart;
import io.millrace.websocket.subscription.Subscription;
import io.millrace.websocket.subscription.TableStarts;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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

    private final Subscription subscription;
    private final Outlet outlet;
    private final StreamOutput output;
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
    private boolean ended;

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
        this.output = new StreamOutput(subscription, outlet, loop.tokens(), cursors);
        this.keepAlive = new KeepAlive(
                subscription.heartbeatMs(),
                limits.pongTimeoutMs(),
                limits.stalledTimeoutMs(),
                outlet.isHeartbeatAnswered(),
                System.nanoTime());
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
            if (start.snapshot()) {
                cursor.beginSnapshot();
            }
            if (subscription.untilLatest()) {
                cursor.stopAt(cursor.end());
            }
            cursors.add(cursor);
            behind.add(cursor);
        }
        cursorsCatchingUp = cursors.size();
        outlet.listen(this);
        if (ended) {
            return;
        }
        output.begin();
        touch();
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
            if (!outlet.isWritable() || !cursor.continuesWith(frame) || cursor.gap() != null) {
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
        output.endEvent();
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
                failedBehind(cursor, e);
                continue;
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
        cursor.read(told, delivery.context()).onComplete(read -> {
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
            if (frame.count() > 0) {
                cursor.gap(null);
            }
            send(cursor, frame);
            behind.add(cursor);
            return;
        }
        // Nothing to read, so nothing to miss: whatever comes next, comes live. A gap is told when it does.
        try {
            if (!cursor.join()) {
                behind.add(cursor);
            }
        } catch (MillraceException e) {
            failedBehind(cursor, e);
        }
    }

    /** What has nothing to do with this stream passes: the cursor waits, and tries again. */
    private void failedBehind(Cursor cursor, MillraceException error) {
        if (!LeaderChange.isPassing(error)) {
            failed(cursor, error);
            return;
        }
        delivery.context().owner().setTimer(LeaderChange.PAUSE_MS, timer -> {
            if (!ended) {
                behind.add(cursor);
                goOnLater();
            }
        });
    }

    private void readFailed(Cursor cursor, MillraceException error) {
        if (error.code() != ErrorCode.OFFSET_OUT_OF_RANGE) {
            failedBehind(cursor, error);
            return;
        }
        try {
            PartitionOffsets offsets = cursor.stream().offsets();
            ResolvedStart start = subscription.reset().apply(cursor.partition(), cursor.position(), offsets);
            if (subscription.table()) {
                start = TableStarts.afterGap(start, cursor.position(), offsets);
            }
            if (start.gap() != null) {
                if (cursor.isCaughtUp() && start.position() < cursor.end()) {
                    cursorsCatchingUp++;
                }
                cursor.position(start.position());
                tellGap(cursor, start.gap());
            }
            if (start.snapshot()) {
                cursor.beginSnapshot();
            }
            behind.add(cursor);
        } catch (MillraceException e) {
            failedBehind(cursor, e);
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
            output.records(bytes);
            recordsLeft -= to - from;
            keepAlive.sent();
        }
        boolean catchingUp = !cursor.isCaughtUp();
        cursor.sent(frame, position);
        if (frame.trailingGap() != null && position == frame.next()) {
            tellGap(cursor, frame.trailingGap());
        }
        output.moved();
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
        output.control(new ControlMessage.CaughtUp());
        touch();
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
            output.control(new ControlMessage.GapNotice(
                    subscription.topic(), cursor.partition().partition(), gap));
            touch();
        } else if (subscription.envelope() == Envelope.RECORD) {
            Gap untold = cursor.gap();
            cursor.gap(untold == null ? gap : new Gap(untold.from(), gap.to(), gap.reason()));
        }
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
                if (output.isCheckpointDue(nowNanos, limits.checkpointIntervalMs()) && outlet.isWritable()) {
                    output.checkpoint();
                    outlet.flush();
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
        output.control(new ControlMessage.Drain(endInMs + reconnectAfterMs));
        outlet.flush();
        delivery.context().owner().setTimer(Math.max(1, endInMs), timer -> end(StreamEnd.restarting()));
    }

    /** Ends the stream behind what was written so far. Ending it again does nothing. */
    public void end(StreamEnd end) {
        if (ended) {
            return;
        }
        if (!end.isByClient()) {
            output.end(end);
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
