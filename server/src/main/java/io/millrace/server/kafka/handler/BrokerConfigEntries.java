package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.ClusterSettingNames;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.transaction.TransactionSettings;
import io.millrace.server.kafka.handler.ConfigEntry.Synonym;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * The settings of a broker by Kafka's names: what it is, its limits, and the defaults of topic settings. Most come from the
 * configuration file and are read-only; some are committed, for one broker or for all, and change while it runs.
 */
final class BrokerConfigEntries {

    private final ClusterConfig config;
    private final ClientLimits limits;
    private final TopicConfigEntries topicEntries;

    BrokerConfigEntries(ClusterConfig config, ClientLimits limits) {
        this.config = config;
        this.limits = limits;
        this.topicEntries = new TopicConfigEntries(config.topicDefaults());
    }

    /** Of this broker, as they are in force. */
    List<ConfigEntry> ofThis(ClusterImage image) {
        List<ConfigEntry> entries = new ArrayList<>();
        addIdentity(entries);
        addLimits(entries);
        addCoordinators(entries);
        entries.add(catchUpRate(image));
        entries.add(drained(image));
        for (TopicConfig.Setting setting : TopicConfig.settings()) {
            BrokerNames.ofDefault(setting.name())
                    .ifPresent(name -> entries.add(
                            setting.name().equals(TopicConfig.MIN_INSYNC_REPLICAS)
                                    ? minInsyncReplicas(setting, image)
                                    : ConfigEntry.of(
                                            name,
                                            true,
                                            TopicConfigEntries.type(setting.type()),
                                            setting.documentation(),
                                            topicEntries.synonyms(setting))));
        }
        return entries;
    }

    /** What is committed for all brokers. */
    List<ConfigEntry> ofAll(ClusterImage image) {
        return ofThis(image).stream()
                .filter(entry -> entry.source() == ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG)
                .toList();
    }

    private void addIdentity(List<ConfigEntry> entries) {
        fixed(entries, "broker.id", ConfigType.INT, config.nodeId(), "The id of this node.");
        fixed(entries, "node.id", ConfigType.INT, config.nodeId(), "The id of this node.");
        if (config.rack() != null) {
            fixed(entries, "broker.rack", ConfigType.STRING, config.rack(), "Where this node stands.");
        }
        fixed(
                entries,
                "log.dirs",
                ConfigType.STRING,
                config.storage().directory().toAbsolutePath().normalize(),
                "Where this node keeps its logs.");
        fixed(
                entries,
                "auto.create.topics.enable",
                ConfigType.BOOLEAN,
                config.autoCreateTopics(),
                "Whether a topic is created by its first use.");
        fixed(
                entries,
                "num.partitions",
                ConfigType.INT,
                config.defaultPartitions(),
                "The number of partitions of a topic that does not say.");
        fixed(
                entries,
                "default.replication.factor",
                ConfigType.INT,
                config.peers().defaultReplicationFactor(),
                "The number of replicas of a topic that does not say; fewer while there are fewer nodes.");
    }

    private void addLimits(List<ConfigEntry> entries) {
        fixed(entries, "socket.request.max.bytes", ConfigType.INT, limits.maxFrameBytes(), "The largest request.");
        fixed(entries, "max.connections", ConfigType.INT, limits.maxConnections(), "Connections at a time.");
        fixed(
                entries,
                "connections.max.idle.ms",
                ConfigType.LONG,
                limits.idleTimeoutMs(),
                "After this silence a connection is closed.");
        fixed(entries, "fetch.max.bytes", ConfigType.INT, limits.fetchMaxBytes(), "The largest fetch answer.");
        fixed(
                entries,
                "max.incremental.fetch.session.cache.slots",
                ConfigType.INT,
                limits.maxFetchSessions(),
                "How many fetch sessions are kept.");
        fixed(
                entries,
                "quota.window.num",
                ConfigType.INT,
                limits.quotaWindowNum(),
                "Over how many windows the rate of a client is taken.");
        fixed(
                entries,
                "quota.window.size.seconds",
                ConfigType.INT,
                Math.max(1, limits.quotaWindowMs() / 1000),
                "How long each of these windows is.");
        fixed(
                entries,
                "log.retention.check.interval.ms",
                ConfigType.LONG,
                config.retentionIntervalMs(),
                "How often it is looked for segments that may be deleted.");
        fixed(
                entries,
                "producer.id.expiration.ms",
                ConfigType.INT,
                config.storage().producerExpirationMs(),
                "How long the sequences of a silent producer are remembered.");
        fixed(
                entries,
                "replica.lag.time.max.ms",
                ConfigType.LONG,
                config.peers().replicaLagTimeMaxMs(),
                "How long a replica may lag behind and count as in sync.");
        fixed(
                entries,
                "broker.session.timeout.ms",
                ConfigType.INT,
                config.peers().sessionTimeoutMs(),
                "After this time without a sign of life a node counts as dead.");
        fixed(
                entries,
                "broker.heartbeat.interval.ms",
                ConfigType.INT,
                config.peers().heartbeatIntervalMs(),
                "How often a node says that it is alive.");
    }

    private void addCoordinators(List<ConfigEntry> entries) {
        GroupsConfig groups = config.groups();
        TransactionSettings transactions = config.transactions();
        Map<String, Integer> numbers = new LinkedHashMap<>();
        numbers.put("offsets.topic.num.partitions", groups.offsetsPartitions());
        numbers.put("offsets.retention.minutes", groups.offsetsRetentionMinutes());
        numbers.put("offset.metadata.max.bytes", groups.offsetMetadataMaxBytes());
        numbers.put("group.min.session.timeout.ms", groups.minSessionTimeoutMs());
        numbers.put("group.max.session.timeout.ms", groups.maxSessionTimeoutMs());
        numbers.put("group.initial.rebalance.delay.ms", groups.initialRebalanceDelayMs());
        numbers.put("group.max.size", groups.maxSize());
        numbers.put("group.consumer.session.timeout.ms", groups.consumerSessionTimeoutMs());
        numbers.put("group.consumer.heartbeat.interval.ms", groups.consumerHeartbeatIntervalMs());
        numbers.put("transaction.state.log.num.partitions", transactions.statePartitions());
        numbers.put("transaction.max.timeout.ms", transactions.maxTimeoutMs());
        numbers.forEach((name, value) -> fixed(
                entries, name, ConfigType.INT, value, "In the section groups or transactions of the configuration."));
        fixed(
                entries,
                "transactional.id.expiration.ms",
                ConfigType.LONG,
                transactions.idExpirationMs(),
                "How long a transactional id that is not used is remembered.");
    }

    private ConfigEntry catchUpRate(ClusterImage image) {
        return changeable(
                ClusterSettingNames.CATCH_UP_BYTES_PER_SECOND,
                ConfigType.LONG,
                "Bytes in a second that replicas which catch up take from one leader.",
                image.settings(),
                ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
                new Synonym(
                        ClusterSettingNames.CATCH_UP_BYTES_PER_SECOND,
                        String.valueOf(config.peers().catchUpBytesPerSecond()),
                        ConfigSource.STATIC_BROKER_CONFIG));
    }

    private ConfigEntry drained(ClusterImage image) {
        return changeable(
                ClusterSettingNames.DRAINED,
                ConfigType.BOOLEAN,
                "Whether no new replica is placed on this node.",
                image.committed().ofNodes().getOrDefault(config.nodeId(), Map.of()),
                ConfigSource.DYNAMIC_BROKER_CONFIG,
                new Synonym(ClusterSettingNames.DRAINED, "false", ConfigSource.DEFAULT_CONFIG));
    }

    /** Its default is committed for all: a node's own file does not matter once the cluster is there. */
    private static ConfigEntry minInsyncReplicas(TopicConfig.Setting setting, ClusterImage image) {
        return changeable(
                setting.name(),
                TopicConfigEntries.type(setting.type()),
                setting.documentation(),
                image.settings(),
                ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
                new Synonym(setting.name(), setting.defaultValue(), ConfigSource.DEFAULT_CONFIG));
    }

    private static ConfigEntry changeable(
            String name,
            ConfigType type,
            String documentation,
            Map<String, String> committed,
            ConfigSource source,
            Synonym otherwise) {
        String value = committed.get(name);
        List<Synonym> synonyms =
                value == null ? List.of(otherwise) : List.of(new Synonym(name, value, source), otherwise);
        return ConfigEntry.of(name, false, type, documentation, synonyms);
    }

    private static void fixed(
            List<ConfigEntry> entries, String name, ConfigType type, Object value, String documentation) {
        entries.add(ConfigEntry.of(
                name,
                true,
                type,
                documentation,
                List.of(new Synonym(name, String.valueOf(value), ConfigSource.STATIC_BROKER_CONFIG))));
    }
}
