package io.millrace.storage.scrub;

/** Keeps a pass below its rate by pausing after what it has read. The time of the reads themselves comes on top. */
final class Pace {

    /** Shorter pauses would cost more than they smooth. */
    private static final long PAUSE_MIN_MS = 50;

    /** Waits; returns false when the scrubber is to stop. */
    @FunctionalInterface
    interface Pause {
        boolean ms(long milliseconds);
    }

    private final long bytesPerSecond;
    private final Pause pause;
    private long unpaidBytes;

    Pace(long bytesPerSecond, Pause pause) {
        this.bytesPerSecond = bytesPerSecond;
        this.pause = pause;
    }

    /** After so many bytes; returns false when the scrubber is to stop. */
    boolean read(long bytes) {
        unpaidBytes += bytes;
        long dueMs = unpaidBytes * 1000 / bytesPerSecond;
        if (dueMs < PAUSE_MIN_MS) {
            return true;
        }
        unpaidBytes -= dueMs * bytesPerSecond / 1000;
        return pause.ms(dueMs);
    }
}
