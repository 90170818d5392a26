package io.millrace.cluster;

import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.idempotence.IdempotencyConfig;
import io.millrace.cluster.share.ShareGroupsConfig;
import io.millrace.cluster.transaction.TransactionSettings;
import io.millrace.storage.StorageConfig;
import java.util.Map;
import java.util.Objects;

/**
 * The settings of one node's part of the cluster.
 *
 * @param nodeId stable over restarts
 * @param rack the rack, or null
 * @param storage where and how logs are stored; the metadata log lies in the same directory
 * @param defaultPartitions number of partitions of a topic that asks for -1, or is created by its first use
 * @param autoCreateTopics whether a topic is created by its first use
 * @param topicDefaults topic settings of this node, between the built-in defaults and those of a topic
 * @param maxPartitions how many partitions this node carries at most
 * @param appenderBytesMax how many bytes of single records may wait to be gathered into batches
 * @param retentionIntervalMs how often it is looked for segments that may be deleted
 * @param peers how it works together with other nodes
 * @param groups what holds for consumer groups
 * @param transactions how it coordinates transactions
 * @param idempotency what it remembers of idempotency keys
 * @param shareGroups what holds for share groups
 */
public record ClusterConfig(
        int nodeId,
        String rack,
        StorageConfig storage,
        int defaultPartitions,
        boolean autoCreateTopics,
        Map<String, String> topicDefaults,
        int maxPartitions,
        long appenderBytesMax,
        long retentionIntervalMs,
        PeersConfig peers,
        GroupsConfig groups,
        TransactionSettings transactions,
        IdempotencyConfig idempotency,
        ShareGroupsConfig shareGroups) {

    /** Kafka's {@code log.retention.check.interval.ms}. */
    public static final long RETENTION_INTERVAL_MS = 300_000;

    public ClusterConfig {
        Objects.requireNonNull(storage, "storage");
        Objects.requireNonNull(peers, "peers");
        Objects.requireNonNull(groups, "groups");
        Objects.requireNonNull(transactions, "transactions");
        Objects.requireNonNull(idempotency, "idempotency");
        Objects.requireNonNull(shareGroups, "shareGroups");
        topicDefaults = Map.copyOf(topicDefaults);
    }

    /** For a node that is alone, with the usual interval for retention and the usual settings of groups and transactions. */
    public ClusterConfig(
            int nodeId,
            String rack,
            StorageConfig storage,
            int defaultPartitions,
            boolean autoCreateTopics,
            Map<String, String> topicDefaults,
            int maxPartitions,
            long appenderBytesMax) {
        this(
                nodeId,
                rack,
                storage,
                defaultPartitions,
                autoCreateTopics,
                topicDefaults,
                maxPartitions,
                appenderBytesMax,
                RETENTION_INTERVAL_MS,
                PeersConfig.alone(),
                GroupsConfig.defaults(),
                TransactionSettings.defaults(),
                IdempotencyConfig.defaults(),
                ShareGroupsConfig.defaults());
    }

    /** The same with other settings of groups. */
    public ClusterConfig withGroups(GroupsConfig other) {
        return with(other, transactions, shareGroups);
    }

    /** The same with other settings of transactions. */
    public ClusterConfig withTransactions(TransactionSettings other) {
        return with(groups, other, shareGroups);
    }

    /** The same with other settings of share groups. */
    public ClusterConfig withShareGroups(ShareGroupsConfig other) {
        return with(groups, transactions, other);
    }

    private ClusterConfig with(
            GroupsConfig otherGroups, TransactionSettings otherTransactions, ShareGroupsConfig otherShareGroups) {
        return new ClusterConfig(
                nodeId,
                rack,
                storage,
                defaultPartitions,
                autoCreateTopics,
                topicDefaults,
                maxPartitions,
                appenderBytesMax,
                retentionIntervalMs,
                peers,
                otherGroups,
                otherTransactions,
                idempotency,
                otherShareGroups);
    }

    /** Defaults for a storage configuration: node 1, one partition, topics created on first use. */
    public static ClusterConfig defaults(StorageConfig storage) {
        return new ClusterConfig(1, null, storage, 1, true, Map.of(), 10_000, 64L << 20);
    }
}
