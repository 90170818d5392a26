package io.millrace.websocket.conflation;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.protocol.DurationText;
import java.util.Objects;

/**
 * How a stream is conflated: the parameters {@code conflate} and {@code conflate_by} (gateway protocol §6.4). Equal ones are
 * equal values, so that streams that are conflated in the same way share frames.
 *
 * @param intervalMs at most one record of each thing is sent in so long
 * @param by what records are told apart by
 */
public record Conflation(long intervalMs, ConflateBy by) {

    /** Shorter than this it saves nothing. */
    public static final long INTERVAL_MIN_MS = 10;

    public static final long INTERVAL_MAX_MS = 3_600_000;

    public Conflation {
        Objects.requireNonNull(by, "by");
    }

    /**
     * Reads the texts of {@code conflate} and {@code conflate_by}.
     *
     * @param interval null when it was not given
     * @param by null when it was not given
     * @return null when the stream is not to be conflated
     * @throws MillraceException INVALID_REQUEST
     */
    public static Conflation parse(String interval, String by) {
        if (interval == null) {
            if (by != null) {
                throw new MillraceException(
                        ErrorCode.INVALID_REQUEST, "conflate_by: says nothing without conflate; add conflate=250ms");
            }
            return null;
        }
        long intervalMs = DurationText.parseMs("conflate", interval);
        if (intervalMs < INTERVAL_MIN_MS || intervalMs > INTERVAL_MAX_MS) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST, "conflate: '" + interval + "' is not between 10ms and 60m");
        }
        return new Conflation(intervalMs, by == null ? ConflateBy.KEY : ConflateBy.parse(by));
    }
}
