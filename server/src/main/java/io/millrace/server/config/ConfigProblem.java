package io.millrace.server.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param key the key, or null when the source as a whole cannot be read
 * @param message what is wrong and what is allowed
 * @param origin where the value came from ({@code conf/millrace.yaml line 4}, {@code environment MILLRACE_KAFKA_PORT}, {@code
 *     --set}), or null for a default
 */
public record ConfigProblem(String key, String message, String origin) {

    static ConfigProblem of(String key, String message) {
        return new ConfigProblem(key, message, null);
    }

    ConfigProblem from(String where) {
        return new ConfigProblem(key, message, where);
    }

    /** One line for the user. */
    @Override
    public String toString() {
        String text = key == null ? message : key + ": " + message;
        return origin == null ? text : text + " (" + origin + ")";
    }
}
