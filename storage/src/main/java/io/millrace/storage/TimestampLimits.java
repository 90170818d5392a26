package io.millrace.storage;

/**
 * How far the time of a record may be from the log's clock when its producer sets it (KIP-937); both in milliseconds, {@link
 * Long#MAX_VALUE} for no limit.
 *
 * @param beforeMaxMs how old it may be ({@code message.timestamp.before.max.ms})
 * @param afterMaxMs how far it may lie in the future ({@code message.timestamp.after.max.ms})
 */
public record TimestampLimits(long beforeMaxMs, long afterMaxMs) {

    /** Any time is accepted. */
    public static final TimestampLimits NONE = new TimestampLimits(Long.MAX_VALUE, Long.MAX_VALUE);

    public TimestampLimits {
        if (beforeMaxMs < 0 || afterMaxMs < 0) {
            throw new IllegalArgumentException(
                    "limits of timestamps must not be negative: " + beforeMaxMs + ", " + afterMaxMs);
        }
    }

    /** Kafka's defaults: as old as they like, and up to an hour in the future, for clocks that are wrong. */
    public static TimestampLimits defaults() {
        return new TimestampLimits(Long.MAX_VALUE, 3_600_000);
    }

    /** Whether the time of a record is too far from the clock. */
    public boolean exclude(long timestampMs, long nowMs) {
        return timestampMs > nowMs
                ? timestampMs - nowMs > afterMaxMs
                // A time before 1970 may be further away than a long can say.
                : beforeMaxMs != Long.MAX_VALUE && (timestampMs < nowMs - beforeMaxMs);
    }
}
