package io.millrace.cluster.metadata;

import io.millrace.cluster.metadata.ConfigChecks.Check;
import io.millrace.cluster.metadata.TopicConfig.Effect;
import io.millrace.cluster.metadata.TopicConfig.Setting;
import io.millrace.cluster.metadata.TopicConfig.Type;
import io.millrace.storage.CompactionConfig;
import io.millrace.storage.LogConfig;
import io.millrace.storage.TimestampLimits;
import java.util.LinkedHashMap;
import java.util.Map;

/** The table of topic settings: what there is, what becomes of it, and which values are allowed. In the order of the names. */
final class TopicConfigRules {

    /** A setting and the check of its values. */
    record Rule(Setting setting, Check check) {}

    private static final Map<String, Rule> RULES = new LinkedHashMap<>();

    /** Where a log has a setting, its default stands there. */
    private static final LogConfig LOG = LogConfig.defaults();

    private static final CompactionConfig COMPACTION = LOG.compaction();
    private static final TimestampLimits TIMESTAMPS = LOG.timestampLimits();

    static {
        rule(
                TopicConfig.CLEANUP_POLICY,
                Type.LIST,
                "delete",
                Effect.HONOURED,
                "What happens to old records: 'delete' drops whole segments by age and size, 'compact' keeps the newest record"
                        + " of each key; empty for nothing.",
                ConfigChecks.listOf("delete", "compact"));
        compressionLevel("compression.gzip.level", "-1", ConfigChecks.either("-1", ConfigChecks.integer(1, 9)));
        compressionLevel("compression.lz4.level", "9", ConfigChecks.integer(1, 17));
        rule(
                TopicConfig.COMPRESSION_TYPE,
                Type.STRING,
                "producer",
                Effect.REFUSED,
                "Batches are stored as the producer compressed them, and not compressed again; 'producer' is the only value.",
                ConfigChecks.only("producer", "batches are stored as they come; have the producers compress"));
        compressionLevel("compression.zstd.level", "3", ConfigChecks.integer(-131_072, 22));
        rule(
                TopicConfig.DELETE_RETENTION_MS,
                Type.LONG,
                String.valueOf(COMPACTION.deleteRetentionMs()),
                Effect.HONOURED,
                "How long in milliseconds a compacted topic keeps a tombstone (a record without a value) after the first"
                        + " compaction that met it, so that whoever reads from the start in less time sees it.",
                ConfigChecks.integer(0, Long.MAX_VALUE));
        rule(
                "file.delete.delay.ms",
                Type.LONG,
                "60000",
                Effect.NONE,
                "Kafka keeps the files of a deleted segment for so long. Here a file is removed when its last reader has gone.",
                ConfigChecks.integer(0, Long.MAX_VALUE));
        rule(
                TopicConfig.FLUSH_MESSAGES,
                Type.LONG,
                String.valueOf(Long.MAX_VALUE),
                Effect.HONOURED,
                "Kafka's fsync interval. 1 asks for an fsync before each acknowledgement, which flush.policy=group does"
                        + " already; it overrides flush.policy=os. Other values change nothing.",
                ConfigChecks.integer(1, Long.MAX_VALUE));
        rule(
                "flush.ms",
                Type.LONG,
                String.valueOf(Long.MAX_VALUE),
                Effect.NONE,
                "Kafka's fsync interval by time. With flush.policy=group every record is on the disk before it is acknowledged; with os the"
                        + " operating system decides.",
                ConfigChecks.integer(0, Long.MAX_VALUE));
        rule(
                TopicConfig.FLUSH_POLICY,
                Type.STRING,
                "group",
                Effect.HONOURED,
                "When a record counts as durable: 'group' after an fsync that many batches share, 'os' once the operating"
                        + " system has it (lost in a power cut). Millrace's own.",
                ConfigChecks.oneOf("group", "os"));
        throttledReplicas("follower.replication.throttled.replicas");
        rule(
                TopicConfig.INDEX_INTERVAL_BYTES,
                Type.INT,
                String.valueOf(LOG.indexIntervalBytes()),
                Effect.HONOURED,
                "Bytes between two entries of the offset index.",
                ConfigChecks.integer(0, Integer.MAX_VALUE));
        throttledReplicas("leader.replication.throttled.replicas");
        remoteStorage("local.retention.bytes", Type.LONG, "-2");
        remoteStorage("local.retention.ms", Type.LONG, "-2");
        rule(
                TopicConfig.MAX_COMPACTION_LAG_MS,
                Type.LONG,
                String.valueOf(COMPACTION.maxCompactionLagMs()),
                Effect.HONOURED,
                "How long in milliseconds a record of a compacted topic may wait for compaction; overrides"
                        + " min.cleanable.dirty.ratio.",
                ConfigChecks.integer(1, Long.MAX_VALUE));
        rule(
                TopicConfig.MAX_MESSAGE_BYTES,
                Type.INT,
                String.valueOf(LOG.maxMessageBytes()),
                Effect.HONOURED,
                "Size in bytes of the largest record batch that is accepted.",
                ConfigChecks.integer(0, Integer.MAX_VALUE));
        rule(
                TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS,
                Type.LONG,
                String.valueOf(TIMESTAMPS.afterMaxMs()),
                Effect.HONOURED,
                "How far in milliseconds the time that a producer gives a record may lie in the future; with CreateTime.",
                ConfigChecks.integer(0, Long.MAX_VALUE));
        rule(
                TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS,
                Type.LONG,
                String.valueOf(TIMESTAMPS.beforeMaxMs()),
                Effect.HONOURED,
                "How old in milliseconds a record may be by the time that its producer gives it; with CreateTime. Of a compressed batch the"
                        + " first and the newest time are looked at.",
                ConfigChecks.integer(0, Long.MAX_VALUE));
        rule(
                TopicConfig.MESSAGE_TIMESTAMP_TYPE,
                Type.STRING,
                "CreateTime",
                Effect.HONOURED,
                "Whether records keep the producer's time (CreateTime) or get the time of the append (LogAppendTime).",
                ConfigChecks.oneOf("CreateTime", "LogAppendTime"));
        rule(
                TopicConfig.MIN_CLEANABLE_DIRTY_RATIO,
                Type.DOUBLE,
                String.valueOf(COMPACTION.minCleanableDirtyRatio()),
                Effect.HONOURED,
                "Share of a partition's bytes that were never compacted, from 0 to 1, above which it is compacted.",
                ConfigChecks.decimal(0, 1));
        rule(
                TopicConfig.MIN_COMPACTION_LAG_MS,
                Type.LONG,
                String.valueOf(COMPACTION.minCompactionLagMs()),
                Effect.HONOURED,
                "How long in milliseconds a record of a compacted topic is left alone at least.",
                ConfigChecks.integer(0, Long.MAX_VALUE));
        rule(
                TopicConfig.MIN_INSYNC_REPLICAS,
                Type.INT,
                "1",
                Effect.HONOURED,
                "How many replicas must have a record before acks=all is answered.",
                ConfigChecks.integer(1, Integer.MAX_VALUE));
        rule(
                "preallocate",
                Type.BOOLEAN,
                "false",
                Effect.NONE,
                "Kafka gives a new segment its whole size on the disk. Here segments grow as they are written.",
                ConfigChecks.oneOf("true", "false"));
        remoteStorage("remote.log.copy.disable", Type.BOOLEAN, "false");
        remoteStorage("remote.log.delete.on.disable", Type.BOOLEAN, "false");
        remoteStorage("remote.storage.enable", Type.BOOLEAN, "false");
        rule(
                TopicConfig.RETENTION_BYTES,
                Type.LONG,
                String.valueOf(LOG.retentionBytes()),
                Effect.HONOURED,
                "Size in bytes of a partition above which its oldest segments are deleted; -1 for no limit.",
                ConfigChecks.integer(-1, Long.MAX_VALUE));
        rule(
                TopicConfig.RETENTION_MS,
                Type.LONG,
                String.valueOf(LOG.retentionMs()),
                Effect.HONOURED,
                "Age in milliseconds after which segments are deleted; -1 for never.",
                ConfigChecks.integer(-1, Long.MAX_VALUE));
        rule(
                TopicConfig.SEGMENT_BYTES,
                Type.INT,
                String.valueOf(LOG.segmentBytes()),
                Effect.HONOURED,
                "Size in bytes at which a new segment file is begun.",
                ConfigChecks.integer(1024, Integer.MAX_VALUE));
        rule(
                "segment.index.bytes",
                Type.INT,
                "10485760",
                Effect.NONE,
                "Kafka's largest size of an index file, at which it begins a new segment. Here index files grow with their segments.",
                ConfigChecks.integer(4, Integer.MAX_VALUE));
        rule(
                "segment.jitter.ms",
                Type.LONG,
                "0",
                Effect.NONE,
                "Kafka spreads the beginning of new segments by so much. Here a new segment costs no pause that would have to be spread.",
                ConfigChecks.integer(0, Long.MAX_VALUE));
        rule(
                TopicConfig.SEGMENT_MS,
                Type.LONG,
                String.valueOf(LOG.segmentMs()),
                Effect.HONOURED,
                "Age in milliseconds at which a new segment file is begun.",
                ConfigChecks.integer(1, Long.MAX_VALUE));
        rule(
                TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE,
                Type.BOOLEAN,
                "false",
                Effect.HONOURED,
                "Whether a replica that may lack acknowledged records becomes leader when no other is left. With 'true' a"
                        + " partition comes back sooner, and what was acknowledged may be gone.",
                ConfigChecks.oneOf("true", "false"));
    }

    private TopicConfigRules() {}

    /** All of them by name. */
    static Map<String, Rule> all() {
        return RULES;
    }

    private static void compressionLevel(String name, String defaultValue, Check check) {
        rule(
                name,
                Type.INT,
                defaultValue,
                Effect.NONE,
                "Of the compression that a server does itself, which this one does not: batches are stored as they come.",
                check);
    }

    private static void throttledReplicas(String name) {
        rule(
                name,
                Type.LIST,
                "",
                Effect.REFUSED,
                "Replicas whose replication is slowed down. There is one limit for all that catch up instead:"
                        + " replication.catch.up.bytes.per.second, a setting of all brokers.",
                ConfigChecks.only(
                        "",
                        "how fast replicas catch up is limited for all of them, by replication.catch.up.bytes.per.second of the cluster"));
    }

    private static void remoteStorage(String name, Type type, String defaultValue) {
        rule(
                name,
                type,
                defaultValue,
                Effect.REFUSED,
                "Of remote storage, which there is not: all segments are on the nodes.",
                ConfigChecks.only(defaultValue, "there is no remote storage"));
    }

    private static void rule(
            String name, Type type, String defaultValue, Effect effect, String documentation, Check check) {
        RULES.put(name, new Rule(new Setting(name, type, defaultValue, effect, documentation), check));
    }
}
