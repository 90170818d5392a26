package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.websocket.protocol.DurationText;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;

/**
 * Where a stream starts, as the client wrote it in {@code from} (gateway protocol §2.1). It becomes offsets in {@link
 * StartPositionResolver}.
 */
public sealed interface StartPosition {

    /** The high watermark at the moment of subscribing. */
    record Latest() implements StartPosition {}

    /** The log start offset. */
    record Earliest() implements StartPosition {}

    /** An offset in the only partition that is selected. */
    record AtOffset(long offset) implements StartPosition {}

    /** An offset per partition; partitions that are not named start at the latest. */
    record AtOffsets(Map<Integer, Long> offsets) implements StartPosition {
        public AtOffsets {
            offsets = Map.copyOf(offsets);
        }
    }

    /** The first record with this timestamp or a later one, in each partition. */
    record AtTime(long timestampMs) implements StartPosition {}

    /** As {@link AtTime}, so long before now. */
    record Ago(long durationMs) implements StartPosition {}

    /** So many offsets before the high watermark, in each partition. */
    record Last(long offsets) implements StartPosition {}

    StartPosition LATEST = new Latest();
    StartPosition EARLIEST = new Earliest();

    /**
     * Reads the text of {@code from}.
     *
     * @throws MillraceException INVALID_REQUEST with the forms that are understood
     */
    static StartPosition parse(String text) {
        if (text.equals("latest")) {
            return LATEST;
        }
        if (text.equals("earliest")) {
            return EARLIEST;
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new AtOffset(number(text, text));
        }
        String rest = text.substring(colon + 1);
        return switch (text.substring(0, colon)) {
            case "time" -> new AtTime(time(text, rest));
            case "ago" -> new Ago(DurationText.parseMs("from", rest));
            case "last" -> new Last(number(text, rest));
            default -> offsets(text);
        };
    }

    private static StartPosition offsets(String text) {
        Map<Integer, Long> offsets = new HashMap<>();
        for (String pair : text.split(",", -1)) {
            int colon = pair.indexOf(':');
            if (colon < 0) {
                throw notUnderstood(text);
            }
            long partition = number(text, pair.substring(0, colon));
            if (partition > Integer.MAX_VALUE) {
                throw notUnderstood(text);
            }
            long offset = number(text, pair.substring(colon + 1));
            if (offsets.put((int) partition, offset) != null) {
                throw new MillraceException(
                        ErrorCode.INVALID_REQUEST, "from: '" + text + "' names partition " + partition + " twice");
            }
        }
        return new AtOffsets(offsets);
    }

    private static long time(String text, String time) {
        if (!time.isEmpty() && time.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return number(text, time);
        }
        try {
            return OffsetDateTime.parse(time).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "from: '" + text
                            + "' is not a time; write milliseconds since 1970 (time:1732100000000) or an ISO 8601"
                            + " time with its zone (time:2026-01-31T08:00:00Z)");
        }
    }

    private static long number(String text, String digits) {
        // Long.parseLong would take signs and digits of other scripts too.
        if (digits.isEmpty() || digits.length() > 18 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw notUnderstood(text);
        }
        return Long.parseLong(digits);
    }

    private static MillraceException notUnderstood(String text) {
        String known = text.startsWith("committed")
                ? "from: 'committed' needs consumer groups, which streams do not have yet"
                : "from: '" + text + "' is not a start position";
        return new MillraceException(
                ErrorCode.INVALID_REQUEST,
                known + "; write latest, earliest, an offset (1043), an offset per partition (0:1043,3:88), a time"
                        + " (time:2026-01-31T08:00:00Z), an age (ago:15m) or a count (last:100)");
    }
}
