package io.millrace.cluster.partition;

/** Something happened that must not. */
final class Violation extends RuntimeException {

    Violation(String message) {
        super(message);
    }

    static void unless(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new Violation(String.format(message, arguments));
        }
    }
}
