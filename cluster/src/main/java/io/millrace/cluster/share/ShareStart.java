package io.millrace.cluster.share;

import java.time.Duration;
import java.time.format.DateTimeParseException;

/**
 * Where a share group begins in a partition that it has not been in: Kafka's {@code share.auto.offset.reset}.
 *
 * @param kind the rule
 * @param age for BY_DURATION: the oldest record that is wanted; else null
 */
public record ShareStart(Kind kind, Duration age) {

    /** The rules. */
    public enum Kind {
        LATEST,
        EARLIEST,
        BY_DURATION
    }

    private static final String BY_DURATION = "by_duration:";

    /** Throws IllegalArgumentException when it is none. */
    public static ShareStart parse(String text) {
        if (text.equals("latest")) {
            return new ShareStart(Kind.LATEST, null);
        }
        if (text.equals("earliest")) {
            return new ShareStart(Kind.EARLIEST, null);
        }
        if (text.startsWith(BY_DURATION)) {
            try {
                Duration age = Duration.parse(text.substring(BY_DURATION.length()));
                if (!age.isNegative()) {
                    return new ShareStart(Kind.BY_DURATION, age);
                }
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException("not a duration of ISO 8601: " + text, e);
            }
        }
        throw new IllegalArgumentException("neither latest nor earliest nor by_duration: " + text);
    }

    public static boolean isValid(String text) {
        try {
            parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
