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

    /** A place, and what the frame is a part of, which decides what is in it. */
    private record Place(long start, long partStart, long partEnd) {

        private static final long SNAPSHOT = -2;

        static Place of(SharedFrame frame, long snapshotEnd) {
            return frame.isSnapshot()
                    ? new Place(frame.start(), SNAPSHOT, snapshotEnd)
                    : of(frame.start(), frame.tick());
        }

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

    /** The frame that starts at a position of the snapshot that ends at an offset, retained for the caller, or null. */
    synchronized SharedFrame acquireSnapshotPart(long position, long snapshotEnd) {
        SharedFrame frame = frames.get(new Place(position, Place.SNAPSHOT, snapshotEnd));
        return frame == null ? null : frame.retain();
    }

    /**
     * Keeps a frame if there is room; retains it on its own account.
     *
     * @param snapshotEnd where the snapshot ends that it is a part of, if it is
     */
    synchronized void keep(SharedFrame frame, long snapshotEnd) {
        Place place = Place.of(frame, snapshotEnd);
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
        clear();
    }

    /** Forgets all frames. */
    synchronized void clear() {
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
