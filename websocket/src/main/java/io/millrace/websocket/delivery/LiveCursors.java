package io.millrace.websocket.delivery;

import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.protocol.ErrorJson;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The live followers of one shared stream on one event loop. Only {@link #streamMoved} may be called from elsewhere. */
final class LiveCursors {

    private final SharedStream stream;
    private final LoopDelivery loop;
    private final AtomicBoolean queued = new AtomicBoolean();
    private final List<Cursor> cursors = new ArrayList<>();
    /** No live cursor is below it. */
    private long position;

    LiveCursors(SharedStream stream, LoopDelivery loop) {
        this.stream = stream;
        this.loop = loop;
    }

    SharedStream stream() {
        return stream;
    }

    /** New frames, or the end of the stream: any thread. */
    void streamMoved() {
        if (queued.compareAndSet(false, true)) {
            loop.enqueue(this);
        }
    }

    boolean add(Cursor cursor) {
        if (!stream.join(cursor)) {
            return false;
        }
        position = cursors.isEmpty() ? cursor.position() : Math.min(position, cursor.position());
        cursor.liveIndex(cursors.size());
        cursors.add(cursor);
        // From here on every new frame brings a call; what came before is in the ring.
        List<SharedFrame> recent = new ArrayList<>();
        stream.acquire(cursor.position(), recent);
        try {
            if (!recent.isEmpty()) {
                cursor.follower().deliver(cursor, recent);
            }
        } finally {
            recent.forEach(SharedFrame::release);
        }
        return true;
    }

    void remove(Cursor cursor) {
        int index = cursor.liveIndex();
        Cursor last = cursors.remove(cursors.size() - 1);
        if (last != cursor) {
            cursors.set(index, last);
            last.liveIndex(index);
        }
        cursor.liveIndex(-1);
        stream.leave();
    }

    /**
     * Sends every follower what is new.
     *
     * @param alone whether nothing else is sent in this round, so that each follower can be flushed at once
     */
    void deliverRound(boolean alone) {
        queued.set(false);
        MillraceException failure = stream.failure();
        if (failure != null) {
            for (int i = cursors.size() - 1; i >= 0; i--) {
                Cursor cursor = cursors.get(i);
                cursor.follower().failed(cursor, failure);
            }
            return;
        }
        if (stream.isToBeLeft()) {
            for (int i = cursors.size() - 1; i >= 0; i = Math.min(i, cursors.size()) - 1) {
                cursors.get(i).follower().fallBehind(cursors.get(i));
            }
            return;
        }
        List<SharedFrame> round = new ArrayList<>(4);
        stream.acquire(position, round);
        if (round.isEmpty()) {
            return;
        }
        try {
            // Backwards, because a follower that leaves has its place taken by the last one; several may leave at once.
            for (int i = cursors.size() - 1; i >= 0; i = Math.min(i, cursors.size()) - 1) {
                Cursor cursor = cursors.get(i);
                try {
                    cursor.follower().deliver(cursor, round);
                } catch (RuntimeException e) {
                    // One follower's trouble must not become everybody's.
                    cursor.follower().failed(cursor, ErrorJson.asAnswer(e));
                }
                if (alone) {
                    loop.flush();
                }
            }
            position = round.get(round.size() - 1).next();
            loop.delivered(stream, round, cursors.size());
        } finally {
            round.forEach(SharedFrame::release);
        }
    }
}
