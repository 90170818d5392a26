package io.millrace.websocket.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a parser of JSON found wrong, in our words: its own speak of its classes and settings, which say nothing to a client. Pure functions. */
public final class JsonProblem {

    private record Saying(Pattern pattern, Function<MatchResult, String> words) {}

    /** What the parser says, and what that means. The first that fits. */
    private static final List<Saying> SAYINGS = List.of(
            saying(
                    "nesting depth",
                    found -> "it is nested deeper than " + JsonText.NESTING_MAX + " levels; make it flatter"),
            saying(
                    "Name length",
                    found -> "the name of a member is longer than " + JsonText.NAME_BYTES_MAX
                            + " bytes; take a shorter one"),
            saying(
                    "Number value length \\((\\d+)\\)",
                    found -> "a number has " + found.group(1) + " digits; write at most 1000, or a string"),
            saying(
                    "Duplicate field '(.*)'",
                    found -> "the member '" + found.group(1) + "' is given twice; give it once"),
            saying(
                    "Illegal unquoted character \\(\\((?:.*code (\\d+))",
                    found -> "a string has the control character " + found.group(1)
                            + " in it; escape it, such as \\n or \\u0000"),
            saying("Leading zeroes", found -> "a number begins with 0; write it without leading zeroes"),
            saying(
                    "Unrecognized character escape",
                    found ->
                            "a backslash in a string is followed by what cannot be escaped; write \\\\ for a backslash"),
            saying(
                    "Non-standard token '(.*?)'",
                    found -> "'" + found.group(1) + "' is no number of JSON; write null or a string"),
            saying(
                    "Unrecognized token '(.*?)'",
                    found -> "'" + found.group(1) + "' is no JSON value; text needs double quotes"),
            saying(
                    "Unexpected character \\('(.*?)' \\(code",
                    found -> "'" + found.group(1)
                            + "' cannot stand here; look for a missing or a spare comma, quote or bracket before it"),
            saying(
                    "Unexpected close marker '(.)'",
                    found -> "'" + found.group(1) + "' closes what is not open; each bracket needs its own kind"));

    private JsonProblem() {}

    private static Saying saying(String pattern, Function<MatchResult, String> words) {
        return new Saying(Pattern.compile(pattern, Pattern.DOTALL), words);
    }

    /** What is wrong, where (as far as the parser says so: not where it is merely too much), and what to do. A clause without a full stop: "the body is not valid JSON: " or the like stands before it. */
    public static String explain(IOException e) {
        if (!(e instanceof JsonProcessingException problem)) {
            return "it cannot be read to its end";
        }
        JsonLocation location = problem.getLocation();
        String place =
                location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
        return words(problem) + place;
    }

    /** Whether it is JSON, as far as it was read, and merely too much of it. */
    public static boolean isTooMuch(IOException e) {
        return e instanceof StreamConstraintsException;
    }

    private static String words(JsonProcessingException problem) {
        if (problem instanceof JsonEOFException) {
            return "it ends before it is complete; a bracket or a quote is not closed, or the end was cut off";
        }
        String library = String.valueOf(problem.getOriginalMessage());
        for (Saying saying : SAYINGS) {
            Matcher found = saying.pattern.matcher(library);
            if (found.find()) {
                return saying.words.apply(found.toMatchResult());
            }
        }
        return "it breaks the rules of JSON (RFC 8259)";
    }
}
