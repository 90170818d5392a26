package io.millrace.server.config;

import java.util.Locale;

/**
 * One thing that can be set.
 *
 * @param name the path of record components, {@code kafka.port}
 * @param type a primitive, String, Path, an enum, List of String, or Map for a key that has named entries below it
 * @param defaultValue what applies when it is not set; null for nothing
 */
record ConfigKey(String name, Class<?> type, Object defaultValue) {

    /** {@code node.dataDir} is {@code MILLRACE_NODE_DATA_DIR} in the environment. */
    String environmentName() {
        return environmentName(name);
    }

    static String environmentName(String key) {
        return "MILLRACE_"
                + key.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                        .replaceAll("[.-]", "_")
                        .toUpperCase(Locale.ROOT);
    }
}
