package io.millrace.cluster.metadata;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Checks of the values of settings. */
final class ConfigChecks {

    private ConfigChecks() {}

    /** A check: null when a value is allowed, else what is. */
    @FunctionalInterface
    interface Check {
        String problemOf(String value);
    }

    static Check integer(long min, long max) {
        return value -> {
            try {
                long number = Long.parseLong(value);
                return number >= min && number <= max ? null : "between " + min + " and " + max;
            } catch (NumberFormatException e) {
                return "a whole number between " + min + " and " + max;
            }
        };
    }

    static Check decimal(double min, double max) {
        return value -> {
            try {
                double number = Double.parseDouble(value);
                return number >= min && number <= max ? null : "between " + min + " and " + max;
            } catch (NumberFormatException e) {
                return "a number between " + min + " and " + max;
            }
        };
    }

    /** One value, or what another check allows. */
    static Check either(String value, Check other) {
        return asked -> {
            String problem = asked.equals(value) ? null : other.problemOf(asked);
            return problem == null ? null : value + ", or " + problem;
        };
    }

    static Check oneOf(String... allowed) {
        return value -> Arrays.asList(allowed).contains(value) ? null : String.join(" or ", allowed);
    }

    static Check listOf(String... allowed) {
        return value -> {
            List<String> parts = split(value);
            return Arrays.asList(allowed).containsAll(parts) ? null : "one or more of " + String.join(", ", allowed);
        };
    }

    /** A setting that cannot be changed; why not stands in the refusal. */
    static Check only(String value, String why) {
        return asked -> asked.trim().equals(value) ? null : (value.isEmpty() ? "empty" : value) + ": " + why;
    }

    /** The parts of a list, in lower case. */
    static List<String> split(String value) {
        return Arrays.stream(value.split(","))
                .map(part -> part.trim().toLowerCase(Locale.ROOT))
                .filter(part -> !part.isEmpty())
                .toList();
    }
}
