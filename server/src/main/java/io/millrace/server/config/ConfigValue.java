package io.millrace.server.config;

/**
 * A value as it was written.
 *
 * @param text the characters, or null for an empty or null value; the items of a list are joined with commas
 * @param list whether it was written as a list
 * @param origin where it was written
 */
record ConfigValue(String text, boolean list, String origin) {

    /** From a place that knows no lists: keys that take one split the text at its commas. */
    static ConfigValue single(String text, String origin) {
        return new ConfigValue(text == null || text.isEmpty() ? null : text, false, origin);
    }
}
