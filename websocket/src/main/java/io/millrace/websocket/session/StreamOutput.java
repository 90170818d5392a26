package io.millrace.websocket.session;

import io.millrace.websocket.delivery.ControlFrame;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.ServerMessage;
import io.millrace.websocket.protocol.WireForm;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What one subscription writes: records, and what is said beside them, in the form of its connection. It knows whether the client has been
 * told how far the subscription is.
 *
 * <p>Belongs to the event loop of the connection. Flushing is up to the connection.
 */
abstract class StreamOutput {

    private final Outlet outlet;
    private final WireForm form;
    private final boolean hasControl;
    private final Supplier<String> token;
    private boolean moved;
    private long toldAtNanos = System.nanoTime();

    /**
     * An output that has written nothing yet.
     *
     * @param hasControl whether the client gets messages beside records
     * @param token where the subscription is now
     */
    StreamOutput(Outlet outlet, WireForm form, boolean hasControl, Supplier<String> token) {
        this.outlet = outlet;
        this.form = form;
        this.hasControl = hasControl;
        this.token = token;
    }

    /** The output of a form. */
    static StreamOutput of(
            WireForm form, int sid, int batch, Outlet outlet, boolean hasControl, Supplier<String> token) {
        return switch (form) {
            case PLAIN, NDJSON -> new PlainOutput(outlet, form, hasControl, token);
            case ARRAYS -> new ArrayOutput(outlet, batch, hasControl, token);
            case SSE -> new SseOutput(outlet, token);
            case MESSAGES -> new JsonOutput(outlet, sid, token);
            case BINARY -> new BinaryOutput(outlet, sid, token);
            case BATCHES -> new BatchOutput(outlet, sid, token);
        };
    }

    /**
     * Writes the records of a frame from one index up to, but without, another.
     *
     * @param next the position behind them
     * @return how many bytes that were
     */
    abstract int records(Cursor cursor, SharedFrame frame, int from, int to, long next);

    /** What stands for a partition's topic in binary messages. */
    int alias(Cursor cursor) {
        return 0;
    }

    /** Whether a gap that was not told becomes part of the next record. */
    boolean tellsGapsInRecords() {
        return !hasControl;
    }

    /** What was written in this round is to be complete. */
    void endRound() {
        // Most forms have nothing that stays open.
    }

    final Outlet outlet() {
        return outlet;
    }

    final boolean hasControl() {
        return hasControl;
    }

    final String token() {
        return token.get();
    }

    /** The position moved, with or without records. */
    final void moved() {
        moved = true;
    }

    /** The client has been told where the subscription is. */
    final void told() {
        moved = false;
        toldAtNanos = System.nanoTime();
    }

    final boolean hasMoved() {
        return moved;
    }

    /** Writes a message beside the records, if this client gets them. */
    final void control(ServerMessage message) {
        if (hasControl) {
            endRound();
            outlet.write(ControlFrame.of(form, message, form == WireForm.SSE ? token() : null));
        }
    }

    /** Whether the subscription moved and its client has not heard of it for so long. */
    final boolean isCheckpointDue(long nowNanos, long intervalMs) {
        return moved && hasControl && nowNanos - toldAtNanos >= TimeUnit.MILLISECONDS.toNanos(intervalMs);
    }
}
