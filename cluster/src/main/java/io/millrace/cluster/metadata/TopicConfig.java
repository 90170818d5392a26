package io.millrace.cluster.metadata;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.CompactionConfig;
import io.millrace.storage.FlushPolicy;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogConfig.TimestampType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The configuration of topics: every setting with its Kafka name, default and range, and the way from settings to a {@link
 * LogConfig}. A Kafka setting that is not listed here would be ignored, so it is refused.
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

    /**
     * One setting.
     *
     * @param name Kafka's name
     * @param type kind of value
     * @param defaultValue what applies when neither the topic nor the node sets it
     * @param documentation what it does, with its unit
     */
    public record Setting(String name, Type type, String defaultValue, String documentation) {}

    /** A setting and the check of its values: null when a value is allowed, else what is. */
    private record Rule(Setting setting, Check check) {}

    @FunctionalInterface
    private interface Check {
        String problemOf(String value);
    }

    private static final Map<String, Rule> RULES = new LinkedHashMap<>();

    static {
        rule(
                CLEANUP_POLICY,
                Type.LIST,
                "delete",
                "What happens to old records: 'delete' drops whole segments by age and size, 'compact' keeps the newest record"
                        + " of each key.",
                listOf("delete", "compact"));
        rule(
                COMPRESSION_TYPE,
                Type.STRING,
                "producer",
                "Batches are stored as the producer compressed them; 'producer' is the only value.",
                oneOf("producer"));
        rule(
                DELETE_RETENTION_MS,
                Type.LONG,
                "86400000",
                "How long in milliseconds a compacted topic keeps a tombstone (a record without a value) after the first"
                        + " compaction that met it, so that whoever reads from the start in less time sees it.",
                integer(0, Long.MAX_VALUE));
        rule(
                FLUSH_MESSAGES,
                Type.LONG,
                String.valueOf(Long.MAX_VALUE),
                "Kafka's fsync interval. 1 asks for an fsync before each acknowledgement, which flush.policy=group does"
                        + " already; it overrides flush.policy=os. Other values change nothing.",
                integer(1, Long.MAX_VALUE));
        rule(
                FLUSH_POLICY,
                Type.STRING,
                "group",
                "When a record counts as durable: 'group' after an fsync that many batches share, 'os' once the operating"
                        + " system has it (lost in a power cut). Millrace's own.",
                oneOf("group", "os"));
        rule(
                INDEX_INTERVAL_BYTES,
                Type.INT,
                "4096",
                "Bytes between two entries of the offset index.",
                integer(0, Integer.MAX_VALUE));
        rule(
                MAX_COMPACTION_LAG_MS,
                Type.LONG,
                String.valueOf(Long.MAX_VALUE),
                "How long in milliseconds a record of a compacted topic may wait for compaction; overrides"
                        + " min.cleanable.dirty.ratio.",
                integer(1, Long.MAX_VALUE));
        rule(
                MAX_MESSAGE_BYTES,
                Type.INT,
                "1048588",
                "Size in bytes of the largest record batch that is accepted.",
                integer(0, Integer.MAX_VALUE));
        rule(
                MESSAGE_TIMESTAMP_TYPE,
                Type.STRING,
                "CreateTime",
                "Whether records keep the producer's time (CreateTime) or get the time of the append (LogAppendTime).",
                oneOf("CreateTime", "LogAppendTime"));
        rule(
                MIN_CLEANABLE_DIRTY_RATIO,
                Type.DOUBLE,
                "0.5",
                "Share of a partition's bytes that were never compacted, from 0 to 1, above which it is compacted.",
                decimal(0, 1));
        rule(
                MIN_COMPACTION_LAG_MS,
                Type.LONG,
                "0",
                "How long in milliseconds a record of a compacted topic is left alone at least.",
                integer(0, Long.MAX_VALUE));
        rule(
                MIN_INSYNC_REPLICAS,
                Type.INT,
                "1",
                "How many replicas must have a record before acks=all is answered.",
                integer(1, Integer.MAX_VALUE));
        rule(
                RETENTION_BYTES,
                Type.LONG,
                "-1",
                "Size in bytes of a partition above which its oldest segments are deleted; -1 for no limit.",
                integer(-1, Long.MAX_VALUE));
        rule(
                RETENTION_MS,
                Type.LONG,
                "604800000",
                "Age in milliseconds after which segments are deleted; -1 for never.",
                integer(-1, Long.MAX_VALUE));
        rule(
                SEGMENT_BYTES,
                Type.INT,
                "1073741824",
                "Size in bytes at which a new segment file is begun.",
                integer(1024, Integer.MAX_VALUE));
        rule(
                SEGMENT_MS,
                Type.LONG,
                "604800000",
                "Age in milliseconds at which a new segment file is begun.",
                integer(1, Long.MAX_VALUE));
        rule(
                UNCLEAN_LEADER_ELECTION_ENABLE,
                Type.BOOLEAN,
                "false",
                "Whether a replica that may lack acknowledged records becomes leader when no other is left. With 'true' a"
                        + " partition comes back sooner, and what was acknowledged may be gone.",
                oneOf("true", "false"));
    }

    private static final List<Setting> SETTINGS =
            RULES.values().stream().map(Rule::setting).toList();

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
            Rule rule = RULES.get(name);
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
    }

    /** The effective value of a setting: of the topic, else of the node's defaults, else the built-in default. */
    public static String value(String name, Map<String, String> topicConfig, Map<String, String> nodeDefaults) {
        String value = topicConfig.get(name);
        if (value == null) {
            value = nodeDefaults.get(name);
        }
        return value != null ? value : RULES.get(name).setting().defaultValue();
    }

    /** The settings of a topic's logs. */
    public static LogConfig logConfig(Map<String, String> topicConfig, Map<String, String> nodeDefaults) {
        Values values = name -> value(name, topicConfig, nodeDefaults);
        List<String> cleanup = split(values.get(CLEANUP_POLICY));
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
                false);
    }

    @FunctionalInterface
    private interface Values {
        String get(String name);

        default long number(String name) {
            return Long.parseLong(get(name));
        }
    }

    private static void rule(String name, Type type, String defaultValue, String documentation, Check check) {
        RULES.put(name, new Rule(new Setting(name, type, defaultValue, documentation), check));
    }

    private static Check integer(long min, long max) {
        return value -> {
            try {
                long number = Long.parseLong(value);
                return number >= min && number <= max ? null : "between " + min + " and " + max;
            } catch (NumberFormatException e) {
                return "a whole number between " + min + " and " + max;
            }
        };
    }

    private static Check decimal(double min, double max) {
        return value -> {
            try {
                double number = Double.parseDouble(value);
                return number >= min && number <= max ? null : "between " + min + " and " + max;
            } catch (NumberFormatException e) {
                return "a number between " + min + " and " + max;
            }
        };
    }

    private static Check oneOf(String... allowed) {
        return value -> Arrays.asList(allowed).contains(value) ? null : String.join(" or ", allowed);
    }

    private static Check listOf(String... allowed) {
        return value -> {
            List<String> parts = split(value);
            return !parts.isEmpty() && Arrays.asList(allowed).containsAll(parts)
                    ? null
                    : "one or more of " + String.join(", ", allowed);
        };
    }

    private static List<String> split(String value) {
        return Arrays.stream(value.split(","))
                .map(part -> part.trim().toLowerCase(Locale.ROOT))
                .filter(part -> !part.isEmpty())
                .toList();
    }
}
