package io.millrace.storage;

/**
 * What compaction may cost the node; one log is compacted at a time.
 *
 * @param mapBytes memory for the newest offset of each key while a log is compacted; taken only as far as it is needed. 24
 *     bytes hold a key: with more keys than fit a log is compacted piece by piece
 * @param bytesPerSecond how fast it reads, 0 for as fast as it can
 * @param intervalMs how often it looks for logs that need it, 0 for never by itself
 */
public record CleanerConfig(int mapBytes, long bytesPerSecond, long intervalMs) {

    private static final int MAP_BYTES_MIN = 1024;

    public CleanerConfig {
        if (mapBytes < MAP_BYTES_MIN) {
            throw new IllegalArgumentException("mapBytes must be at least " + MAP_BYTES_MIN + ": " + mapBytes);
        }
        if (bytesPerSecond < 0 || intervalMs < 0) {
            throw new IllegalArgumentException(
                    "bytesPerSecond and intervalMs must not be negative: " + bytesPerSecond + ", " + intervalMs);
        }
    }

    /** Kafka's buffer and interval; 64 MiB a second, which leaves room for others on any disk. */
    public static CleanerConfig defaults() {
        return new CleanerConfig(128 << 20, 64L << 20, 15_000);
    }
}
