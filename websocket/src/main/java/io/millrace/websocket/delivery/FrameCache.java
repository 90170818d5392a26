package io.millrace.websocket.delivery;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The frames that were read from the log last, by their start. Followers that come back together, after a restart or with the same
 * {@code from}, stand at the same positions and share them. Bounded by its number of frames, and together with all rings by their
 * bytes. Thread-safe.
 */
final class FrameCache {

    private static final int FRAMES_MAX = 4;

    private final Map<Long, SharedFrame> frames = new LinkedHashMap<>(8, 0.75f, true);
    private final long allRingsBytesMax;
    private final AtomicLong allRingsBytes;
    private boolean closed;

    FrameCache(long allRingsBytesMax, AtomicLong allRingsBytes) {
        this.allRingsBytesMax = allRingsBytesMax;
        this.allRingsBytes = allRingsBytes;
    }

    /** The frame that starts at a position, retained for the caller, or null. */
    synchronized SharedFrame acquire(long position) {
        SharedFrame frame = frames.get(position);
        return frame == null ? null : frame.retain();
    }

    /** Keeps a frame if there is room; retains it on its own account. */
    synchronized void keep(SharedFrame frame) {
        if (closed || frames.containsKey(frame.start())) {
            return;
        }
        if (frames.size() == FRAMES_MAX) {
            removeEldest();
        }
        if (allRingsBytes.get() + frame.sizeBytes() <= allRingsBytesMax) {
            frames.put(frame.start(), frame.retain());
            allRingsBytes.addAndGet(frame.sizeBytes());
        }
    }

    synchronized void close() {
        closed = true;
        while (!frames.isEmpty()) {
            removeEldest();
        }
    }

    private void removeEldest() {
        Iterator<SharedFrame> eldest = frames.values().iterator();
        SharedFrame frame = eldest.next();
        eldest.remove();
        allRingsBytes.addAndGet(-frame.sizeBytes());
        frame.release();
    }
}
