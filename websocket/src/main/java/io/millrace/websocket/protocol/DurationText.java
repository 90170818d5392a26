package io.millrace.websocket.protocol;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as the protocol writes them: a whole number and a unit, {@code 250ms}, {@code 30s}, {@code 15m}, {@code 2h}, {@code 7d}. */
public final class DurationText {

    private static final Pattern FORM = Pattern.compile("([0-9]+)(ms|s|m|h|d)");

    /** So many digits of days are far more than a timestamp can hold, so nothing useful is refused and nothing overflows. */
    private static final int DIGITS_MAX = 10;

    private DurationText() {}

    /**
     * Reads a duration in milliseconds.
     *
     * @param parameter the name that the client gave it, for the error
     * @throws MillraceException INVALID_REQUEST
     */
    public static long parseMs(String parameter, String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    parameter + ": '" + text
                            + "' is not a duration; write a whole number and a unit (ms, s, m, h or d),"
                            + " such as 250ms, 30s or 15m");
        }
        if (form.group(1).length() > DIGITS_MAX) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    parameter + ": '" + text + "' is too large; a duration has at most " + DIGITS_MAX
                            + " digits; take a larger unit (the largest is d)");
        }
        long amount = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "ms" -> amount;
            case "s" -> amount * 1_000;
            case "m" -> amount * 60_000;
            case "h" -> amount * 3_600_000;
            default -> amount * 86_400_000;
        };
    }
}
