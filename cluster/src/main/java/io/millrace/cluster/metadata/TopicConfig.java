package io.millrace.cluster.metadata;

import io.millrace.storage.LogConfig;
import java.util.List;
import java.util.Map;

/**
 * The configuration of topics: every setting with its Kafka name, default and range, and the way from settings to a {@link
 * LogConfig}.
 */
public final class TopicConfig {

    /** Kinds of values, as {@code DescribeConfigs} reports them. */
    public enum Type {
        BOOLEAN,
        STRING,
        INT,
        LONG,
        DOUBLE,
        LIST
    }

    /**
     * One setting.
     *
     * @param name Kafka's name
     * @param type kind of value
     * @param defaultValue what applies when neither the topic nor the node sets it
     * @param documentation what it does, with its unit
     */
    public record Setting(String name, Type type, String defaultValue, String documentation) {}

    private TopicConfig() {}

    /** Every setting, by name. */
    public static List<Setting> settings() {
        throw new UnsupportedOperationException("not written yet");
    }

    /**
     * Checks settings.
     *
     * @throws io.millrace.cluster.error.MillraceException INVALID_CONFIG, naming the setting, its value, what is allowed, and
     *     the nearest known name for an unknown one
     */
    public static void validate(Map<String, String> config) {
        throw new UnsupportedOperationException("not written yet");
    }

    /** The effective value of a setting: of the topic, else of the node's defaults, else the built-in default. */
    public static String value(String name, Map<String, String> topicConfig, Map<String, String> nodeDefaults) {
        throw new UnsupportedOperationException("not written yet");
    }

    /** The settings of a topic's logs. */
    public static LogConfig logConfig(Map<String, String> topicConfig, Map<String, String> nodeDefaults) {
        throw new UnsupportedOperationException("not written yet");
    }
}
