package io.millrace.cluster.pattern;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.regex.Matcher;

/**
 * A regular expression of a client, in RE2's syntax (https://github.com/google/re2/wiki/Syntax): what matching costs grows with the length of
 * the text only. How large its program is, a client could still choose ({@code ((a{1000}){1000}){1000}}), so that has limits of its own.
 */
public final class ClientPattern {

    /** Of the program that is matched with. An alternative of all names of a thousand topics is below it. */
    static final int PROGRAM_MAX = 50_000;

    /** Characters times all repetitions, multiplied: the program before it is known; some hundred bytes each. */
    static final long ESTIMATE_MAX = 500_000;

    private static final java.util.regex.Pattern REPETITION = java.util.regex.Pattern.compile("\\{(\\d+)(?:,(\\d*))?}");

    private final Pattern pattern;

    private ClientPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** Throws INVALID_REGULAR_EXPRESSION when it is none, or too large. */
    public static ClientPattern of(String text) {
        if (estimate(text) > ESTIMATE_MAX) {
            throw tooLarge(text);
        }
        Pattern pattern;
        try {
            pattern = Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new MillraceException(
                    ErrorCode.INVALID_REGULAR_EXPRESSION,
                    "'" + text + "' is not a regular expression in RE2's syntax: " + e.getDescription());
        }
        if (pattern.programSize() > PROGRAM_MAX) {
            throw tooLarge(text);
        }
        return new ClientPattern(pattern);
    }

    /** Too high when repetitions are not in one another. */
    private static long estimate(String text) {
        double estimate = text.length();
        Matcher repetition = REPETITION.matcher(text);
        while (repetition.find()) {
            String most = repetition.group(2);
            estimate *= Math.max(1, Double.parseDouble(most == null || most.isEmpty() ? repetition.group(1) : most));
        }
        return estimate > Long.MAX_VALUE ? Long.MAX_VALUE : (long) estimate;
    }

    private static MillraceException tooLarge(String text) {
        String shown = text.length() <= 100 ? text : text.substring(0, 100) + "…";
        return new MillraceException(
                ErrorCode.INVALID_REGULAR_EXPRESSION,
                "The regular expression '" + shown
                        + "' is too large: shorten it, or repeat less ({n} in one another multiply).");
    }

    /** Whether a whole text is what the pattern says. */
    public boolean matches(String text) {
        return pattern.matches(text);
    }

    /** Whether the pattern finds something in a text. */
    public boolean finds(String text) {
        return pattern.matcher(text).find();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return pattern.pattern();
    }
}
