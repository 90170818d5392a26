package io.millrace.cluster.metadata;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.CompactionConfig;
import io.millrace.storage.FlushPolicy;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogConfig.TimestampType;
import io.millrace.storage.TimestampLimits;
import java.util.List;
import java.util.Map;

/**
 * The configuration of topics: every setting with its Kafka name, default and range, and the way from settings to a {@link
 * LogConfig}. All settings of Kafka 4.3 are here, and what becomes of each ({@link Effect}); one that is not listed would be ignored, so
 * it is refused. docs/topic-configuration.md is the same list for users.
 */
public final class TopicConfig {

    public static final String CLEANUP_POLICY = "cleanup.policy";
    public static final String COMPRESSION_TYPE = "compression.type";
    public static final String DELETE_RETENTION_MS = "delete.retention.ms";
    public static final String FLUSH_MESSAGES = "flush.messages";
    public static final String FLUSH_POLICY = "flush.policy";
    public static final String INDEX_INTERVAL_BYTES = "index.interval.bytes";
    public static final String MAX_COMPACTION_LAG_MS = "max.compaction.lag.ms";
    public static final String MAX_MESSAGE_BYTES = "max.message.bytes";
    public static final String MESSAGE_TIMESTAMP_AFTER_MAX_MS = "message.timestamp.after.max.ms";
    public static final String MESSAGE_TIMESTAMP_BEFORE_MAX_MS = "message.timestamp.before.max.ms";
    public static final String MESSAGE_TIMESTAMP_TYPE = "message.timestamp.type";
    public static final String MIN_CLEANABLE_DIRTY_RATIO = "min.cleanable.dirty.ratio";
    public static final String MIN_COMPACTION_LAG_MS = "min.compaction.lag.ms";
    public static final String MIN_INSYNC_REPLICAS = "min.insync.replicas";
    public static final String RETENTION_BYTES = "retention.bytes";
    public static final String RETENTION_MS = "retention.ms";
    public static final String SEGMENT_BYTES = "segment.bytes";
    public static final String SEGMENT_MS = "segment.ms";
    public static final String UNCLEAN_LEADER_ELECTION_ENABLE = "unclean.leader.election.enable";

    /** Kinds of values, as {@code DescribeConfigs} reports them. */
    public enum Type {
        BOOLEAN,
        STRING,
        INT,
        LONG,
        DOUBLE,
        LIST
    }

    /** What becomes of a value that is set. */
    public enum Effect {
        /** It does what its documentation says. */
        HONOURED,
        /** It is checked and kept, and changes nothing here; its documentation says why. */
        NONE,
        /** Nothing but the default is accepted: another value would promise what is not done. */
        REFUSED
    }

    /**
     * One setting.
     *
     * @param name Kafka's name
     * @param type kind of value
     * @param defaultValue what applies when neither the topic nor the node sets it
     * @param effect what becomes of a value
     * @param documentation what it does, with its unit
     */
    public record Setting(String name, Type type, String defaultValue, Effect effect, String documentation) {}

    private static final Map<String, TopicConfigRules.Rule> RULES = TopicConfigRules.all();

    private static final List<Setting> SETTINGS =
            RULES.values().stream().map(TopicConfigRules.Rule::setting).toList();

    private TopicConfig() {}

    /** Every setting, by name. */
    public static List<Setting> settings() {
        return SETTINGS;
    }

    /**
     * Checks settings.
     *
     * @throws MillraceException INVALID_CONFIG, naming the setting, its value, what is allowed, and the nearest known name for
     *     an unknown one
     */
    public static void validate(Map<String, String> config) {
        config.forEach((name, value) -> {
            TopicConfigRules.Rule rule = RULES.get(name);
            if (rule == null) {
                String hint = NearestName.of(name, RULES.keySet())
                        .map(near -> "; did you mean '" + near + "'?")
                        .orElse("; GET /topics/{topic} lists the settings that there are");
                throw new MillraceException(ErrorCode.INVALID_CONFIG, "Unknown topic setting '" + name + "'" + hint);
            }
            String problem = value == null ? "a value" : rule.check().problemOf(value);
            if (problem != null) {
                throw new MillraceException(
                        ErrorCode.INVALID_CONFIG,
                        "Topic setting '" + name + "' cannot be '" + value + "': it must be " + problem);
            }
        });
        requireLagsInOrder(config);
    }

    private static void requireLagsInOrder(Map<String, String> config) {
        long min = Long.parseLong(value(MIN_COMPACTION_LAG_MS, config, Map.of()));
        long max = Long.parseLong(value(MAX_COMPACTION_LAG_MS, config, Map.of()));
        if (min > max) {
            throw new MillraceException(
                    ErrorCode.INVALID_CONFIG,
                    MIN_COMPACTION_LAG_MS + " = " + min + " is above " + MAX_COMPACTION_LAG_MS + " = " + max
                            + ": a record would have to be compacted before it may be");
        }
    }

    /** The effective value of a setting: of the topic, else of the node's defaults, else the built-in default. */
    public static String value(String name, Map<String, String> topicConfig, Map<String, String> nodeDefaults) {
        String value = topicConfig.get(name);
        if (value == null) {
            value = nodeDefaults.get(name);
        }
        return value != null ? value : RULES.get(name).setting().defaultValue();
    }

    /** Whether records may be deleted by hand: not where the newest one of each key is to stay. */
    public static boolean mayDeleteRecords(Map<String, String> topicConfig, Map<String, String> nodeDefaults) {
        return !ConfigChecks.split(value(CLEANUP_POLICY, topicConfig, nodeDefaults))
                .equals(List.of("compact"));
    }

    /** The settings of a topic's logs. */
    public static LogConfig logConfig(Map<String, String> topicConfig, Map<String, String> nodeDefaults) {
        Values values = name -> value(name, topicConfig, nodeDefaults);
        List<String> cleanup = ConfigChecks.split(values.get(CLEANUP_POLICY));
        boolean fsync = values.get(FLUSH_POLICY).equals("group") || values.number(FLUSH_MESSAGES) == 1;
        return new LogConfig(
                (int) values.number(SEGMENT_BYTES),
                values.number(SEGMENT_MS),
                (int) values.number(INDEX_INTERVAL_BYTES),
                values.number(RETENTION_MS),
                values.number(RETENTION_BYTES),
                (int) values.number(MAX_MESSAGE_BYTES),
                values.get(MESSAGE_TIMESTAMP_TYPE).equals("LogAppendTime")
                        ? TimestampType.LOG_APPEND_TIME
                        : TimestampType.CREATE_TIME,
                cleanup.contains("delete"),
                cleanup.contains("compact"),
                fsync ? FlushPolicy.GROUP : FlushPolicy.OS,
                new CompactionConfig(
                        Double.parseDouble(values.get(MIN_CLEANABLE_DIRTY_RATIO)),
                        values.number(DELETE_RETENTION_MS),
                        values.number(MIN_COMPACTION_LAG_MS),
                        values.number(MAX_COMPACTION_LAG_MS)),
                false,
                new TimestampLimits(
                        values.number(MESSAGE_TIMESTAMP_BEFORE_MAX_MS), values.number(MESSAGE_TIMESTAMP_AFTER_MAX_MS)));
    }

    @FunctionalInterface
    private interface Values {
        String get(String name);

        default long number(String name) {
            return Long.parseLong(get(name));
        }
    }
}
