package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
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

    /**
     * A partition as it is written.
     *
     * @param topic null when there is only one
     */
    record Named(String topic, int partition) {}

    /** An offset per partition; partitions that are not named start at the latest. */
    record AtOffsets(Map<Named, Long> offsets) implements StartPosition {
        public AtOffsets {
            offsets = Map.copyOf(offsets);
        }

        /** The offset for a partition, null when it is not named. */
        public Long of(TopicPartition partition) {
            Long offset = offsets.get(new Named(partition.topic(), partition.partition()));
            return offset != null ? offset : offsets.get(new Named(null, partition.partition()));
        }
    }

    /** The first record with this timestamp or a later one, in each partition. */
    record AtTime(long timestampMs) implements StartPosition {}

    /** As {@link AtTime}, so long before now. */
    record Ago(long durationMs) implements StartPosition {}

    /** So many offsets before the high watermark, in each partition. */
    record Last(long offsets) implements StartPosition {}

    /** Where the consumer group is, which the client is a member of. */
    record Committed() implements StartPosition {}

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
        if (text.equals("committed")) {
            return new Committed();
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
        Map<Named, Long> offsets = new HashMap<>();
        for (String place : text.split(",", -1)) {
            String[] parts = place.split(":", -1);
            if (parts.length < 2 || parts.length > 3) {
                throw notUnderstood(text);
            }
            long partition = number(text, parts[parts.length - 2]);
            if (partition > Integer.MAX_VALUE) {
                throw notUnderstood(text);
            }
            Named named = new Named(parts.length == 3 ? parts[0] : null, (int) partition);
            if (offsets.put(named, number(text, parts[parts.length - 1])) != null) {
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
        return new MillraceException(
                ErrorCode.INVALID_REQUEST,
                "from: '" + text + "' is not a start position; write latest, earliest, an offset (1043), an offset per"
                        + " partition (0:1043,3:88, or topic:0:1043), a time (time:2026-01-31T08:00:00Z), an age (ago:15m),"
                        + " a count (last:100), or committed in a group");
    }
}
