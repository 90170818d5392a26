package io.millrace.websocket.session;

import io.millrace.websocket.delivery.ControlFrame;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.protocol.ControlMessage;
import io.millrace.websocket.protocol.Transport;
import io.millrace.websocket.subscription.Subscription;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * What one stream writes: records, and what is said beside them in the form of its transport. It knows when an SSE event still
 * waits for its end, and whether the client has been told how far the stream is.
 *
 * <p>Belongs to the event loop of the connection. Flushing is up to the session.
 */
final class StreamOutput {

    private static final int RETRY_MIN_MS = 1_000;
    private static final int RETRY_MAX_MS = 5_000;

    private final Subscription subscription;
    private final Outlet outlet;
    private final TokenWriter tokens;
    private final List<Cursor> cursors;
    private final boolean sse;
    private boolean eventOpen;
    private boolean moved;
    private long toldAtNanos;

    /**
     * An output that has written nothing yet.
     *
     * @param cursors the session's cursors, whose positions go into tokens
     */
    StreamOutput(Subscription subscription, Outlet outlet, TokenWriter tokens, List<Cursor> cursors) {
        this.subscription = subscription;
        this.outlet = outlet;
        this.tokens = tokens;
        this.cursors = cursors;
        this.sse = subscription.transport() == Transport.SSE;
    }

    /** What comes before everything else: how long to wait before a reconnect, and where the stream begins. */
    void begin() {
        if (sse) {
            outlet.write(ControlFrame.sseRetry(ThreadLocalRandom.current().nextInt(RETRY_MIN_MS, RETRY_MAX_MS + 1)));
        }
        checkpoint();
    }

    /** Records, framed; takes over the caller's hold on them. */
    void records(ByteBuf framed) {
        outlet.write(framed);
        eventOpen = true;
    }

    /** The stream's position moved, with or without records. */
    void moved() {
        moved = true;
    }

    /** A control message, if this client gets them. */
    void control(ControlMessage message) {
        if (subscription.hasControlMessages()) {
            endEvent();
            outlet.write(ControlFrame.of(subscription.transport(), message, sse ? token() : null));
        }
    }

    /** Where the stream is, if this client gets control messages. */
    void checkpoint() {
        moved = false;
        toldAtNanos = System.nanoTime();
        if (subscription.hasControlMessages()) {
            control(new ControlMessage.Checkpoint(token()));
        }
    }

    /** Whether the stream moved and its client has not heard of it for so long. */
    boolean isCheckpointDue(long nowNanos, long intervalMs) {
        return moved
                && subscription.hasControlMessages()
                && nowNanos - toldAtNanos >= TimeUnit.MILLISECONDS.toNanos(intervalMs);
    }

    /** Ends the last event: every flush of SSE records ends with a token, so that a reconnect repeats at most one flush. */
    void endEvent() {
        if (eventOpen && sse) {
            outlet.write(ControlFrame.sseEventEnd(token()));
            moved = false;
        }
        eventOpen = false;
    }

    /** What comes last. */
    void end(StreamEnd end) {
        endEvent();
        if (moved) {
            checkpoint();
        }
        if (end.error() != null) {
            control(new ControlMessage.Failure(end.error()));
        }
    }

    private String token() {
        return tokens.token(subscription.topicId(), cursors);
    }
}
