package io.millrace.websocket.delivery;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The newest frames of a stream, without holes between them, so that a follower that is slightly behind need not read the log.
 * Bounded by its own bytes and by those of all rings of the node. Guarded by its stream.
 */
final class FrameRing {

    /** What a frame costs beside its bytes, so that many tiny ones count too. */
    private static final int FRAME_OVERHEAD_BYTES = 256;

    private final ArrayDeque<SharedFrame> frames = new ArrayDeque<>();
    private final long bytesMax;
    private final long allRingsBytesMax;
    private final AtomicLong allRingsBytes;
    private long bytes;

    FrameRing(long bytesMax, long allRingsBytesMax, AtomicLong allRingsBytes) {
        this.bytesMax = bytesMax;
        this.allRingsBytesMax = allRingsBytesMax;
        this.allRingsBytes = allRingsBytes;
    }

    /** Adds the frame that continues the last one; owns it from now on. The newest frame always stays. */
    void append(SharedFrame frame) {
        frames.addLast(frame);
        account(cost(frame));
        while (frames.size() > 1 && (bytes > bytesMax || allRingsBytes.get() > allRingsBytesMax)) {
            removeOldest();
        }
    }

    /** Whether a follower at this position can go on from here. */
    boolean covers(long position) {
        return !frames.isEmpty()
                && position >= frames.peekFirst().start()
                && position <= frames.peekLast().next();
    }

    /**
     * Whether a follower of a conflated stream can go on with the newest tick, or behind it. What is older would be sent only to be
     * replaced at once.
     */
    boolean continuesNewestTick(Cursor cursor) {
        SharedFrame last = frames.peekLast();
        if (last == null) {
            return false;
        }
        if (cursor.position() == last.next()) {
            return cursor.tick() == null;
        }
        for (SharedFrame frame : frames) {
            if (cursor.continuesWith(frame) && last.tick().isSame(frame.tick())) {
                return true;
            }
        }
        return false;
    }

    /** Retains the frames that end behind a position and adds them to a list, oldest first. */
    void acquire(long position, List<SharedFrame> into) {
        int from = into.size();
        // From the newest on: who asks is nearly always close behind, and the ring may be long.
        Iterator<SharedFrame> newestFirst = frames.descendingIterator();
        while (newestFirst.hasNext()) {
            SharedFrame frame = newestFirst.next();
            if (frame.next() <= position) {
                break;
            }
            into.add(frame.retain());
        }
        Collections.reverse(into.subList(from, into.size()));
    }

    void clear() {
        while (!frames.isEmpty()) {
            removeOldest();
        }
    }

    private void removeOldest() {
        SharedFrame oldest = frames.removeFirst();
        account(-cost(oldest));
        oldest.release();
    }

    private void account(long change) {
        bytes += change;
        allRingsBytes.addAndGet(change);
    }

    private static long cost(SharedFrame frame) {
        return frame.sizeBytes() + FRAME_OVERHEAD_BYTES;
    }
}
