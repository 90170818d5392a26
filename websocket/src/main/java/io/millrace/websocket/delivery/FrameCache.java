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

    /** A place, and what the frame is a part of, in which the same records may stand for more or fewer others. */
    private record Place(long start, long tickStart, long tickEnd) {

        static Place of(long start, Tick tick) {
            return tick == null || start == tick.start()
                    ? new Place(start, -1, -1)
                    : new Place(start, tick.start(), tick.end());
        }
    }

    private final Map<Place, SharedFrame> frames = new LinkedHashMap<>(8, 0.75f, true);
    private final int framesMax;
    private final long allRingsBytesMax;
    private final AtomicLong allRingsBytes;
    private boolean closed;

    FrameCache(int framesMax, long allRingsBytesMax, AtomicLong allRingsBytes) {
        this.framesMax = framesMax;
        this.allRingsBytesMax = allRingsBytesMax;
        this.allRingsBytes = allRingsBytes;
    }

    /**
     * The frame that starts at a position, retained for the caller, or null.
     *
     * @param tick what it has to be a part of, when that began before; may be null
     */
    synchronized SharedFrame acquire(long position, Tick tick) {
        SharedFrame frame = frames.get(Place.of(position, tick));
        return frame == null ? null : frame.retain();
    }

    /** Keeps a frame if there is room; retains it on its own account. */
    synchronized void keep(SharedFrame frame) {
        Place place = Place.of(frame.start(), frame.tick());
        if (closed || frames.containsKey(place)) {
            return;
        }
        if (frames.size() == framesMax) {
            removeEldest();
        }
        if (allRingsBytes.get() + frame.sizeBytes() <= allRingsBytesMax) {
            frames.put(place, frame.retain());
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
