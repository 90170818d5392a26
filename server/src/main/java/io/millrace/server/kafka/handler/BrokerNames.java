package io.millrace.server.kafka.handler;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Kafka's names for the defaults of topic settings that hold for a whole broker. */
final class BrokerNames {

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("cleanup.policy", "log.cleanup.policy"),
            Map.entry("delete.retention.ms", "log.cleaner.delete.retention.ms"),
            Map.entry("file.delete.delay.ms", "log.segment.delete.delay.ms"),
            Map.entry("flush.messages", "log.flush.interval.messages"),
            Map.entry("flush.ms", "log.flush.interval.ms"),
            Map.entry("flush.policy", "log.flush.policy"),
            Map.entry("index.interval.bytes", "log.index.interval.bytes"),
            Map.entry("local.retention.bytes", "log.local.retention.bytes"),
            Map.entry("local.retention.ms", "log.local.retention.ms"),
            Map.entry("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"),
            Map.entry("max.message.bytes", "message.max.bytes"),
            Map.entry("message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms"),
            Map.entry("message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms"),
            Map.entry("message.timestamp.type", "log.message.timestamp.type"),
            Map.entry("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"),
            Map.entry("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"),
            Map.entry("preallocate", "log.preallocate"),
            Map.entry("retention.bytes", "log.retention.bytes"),
            Map.entry("retention.ms", "log.retention.ms"),
            Map.entry("segment.bytes", "log.segment.bytes"),
            Map.entry("segment.index.bytes", "log.index.size.max.bytes"),
            Map.entry("segment.jitter.ms", "log.roll.jitter.ms"),
            Map.entry("segment.ms", "log.roll.ms"));

    /** What only topics have. */
    private static final Set<String> TOPICS_ONLY = Set.of(
            "follower.replication.throttled.replicas",
            "leader.replication.throttled.replicas",
            "remote.log.copy.disable",
            "remote.log.delete.on.disable",
            "remote.storage.enable");

    private BrokerNames() {}

    /** The name of a broker's default for a topic setting; the same where Kafka has no other. */
    static String of(String topicSetting) {
        return NAMES.getOrDefault(topicSetting, topicSetting);
    }

    /** As above; empty for a setting that only topics have. */
    static Optional<String> ofDefault(String topicSetting) {
        return TOPICS_ONLY.contains(topicSetting) ? Optional.empty() : Optional.of(of(topicSetting));
    }
}
