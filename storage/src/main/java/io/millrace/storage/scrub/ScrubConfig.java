package io.millrace.storage.scrub;

/**
 * How often and how fast old segments are read again.
 *
 * @param intervalMs time from the beginning of one pass over all logs to the beginning of the next; 0 for never
 * @param bytesPerSecond the rate that a pass does not exceed
 */
public record ScrubConfig(long intervalMs, long bytesPerSecond) {

    public static final ScrubConfig OFF = new ScrubConfig(0, 1 << 20);

    /** Once a week, at a rate that a busy disk does not notice: 10 TB fit into a week. */
    public static final ScrubConfig STANDARD = new ScrubConfig(7L * 24 * 3_600_000, 16 << 20);

    public ScrubConfig {
        if (intervalMs < 0) {
            throw new IllegalArgumentException("intervalMs must not be negative: " + intervalMs);
        }
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytesPerSecond must be positive: " + bytesPerSecond);
        }
    }

    public boolean isOn() {
        return intervalMs > 0;
    }
}
