package io.millrace.cluster.metadata;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What an administrator asks of a cluster of several nodes, on any of them: who is there, and who is to have what.
 *
 * <p>Thread-safe, never blocks. Futures fail with {@link MillraceException}, and complete on the caller's Vert.x context if it has one. A
 * change is visible in {@link Controller#image()} of this node when its future completes. Where a request names several partitions, each
 * succeeds or fails on its own: the answer has an empty Optional for each that was carried out.
 */
public interface ClusterAdmin {

    /** The cluster now. Without an active controller the answer has what this node knows itself. */
    Future<ClusterStatus> status();

    /**
     * Begins to move partitions to other nodes (KIP-455): new replicas catch up first, then those that are not named go. It goes on
     * whatever becomes of this node.
     *
     * @param targets all node ids of a partition, the preferred leader first; empty to cancel a move that is under way
     * @param mayChangeReplicationFactor whether a partition may get more or fewer replicas than it has
     */
    Future<Map<TopicPartition, Optional<MillraceException>>> reassign(
            Map<TopicPartition, Optional<List<Integer>>> targets, boolean mayChangeReplicationFactor);

    /** The partitions that are being moved, as this node knows. */
    Map<TopicPartition, PartitionMetadata> reassignments();

    /**
     * Makes the first replica of partitions their leader, where it is in sync.
     *
     * @param partitions empty for all; the answer then has those where there was something to do
     */
    Future<Map<TopicPartition, Optional<MillraceException>>> electPreferredLeaders(
            Optional<Set<TopicPartition>> partitions);

    /**
     * Gives partitions that have no leader one that is not in sync, if no other can be had: acknowledged records may be lost.
     */
    Future<Map<TopicPartition, Optional<MillraceException>>> electUncleanLeaders(
            Optional<Set<TopicPartition>> partitions);

    /** Forgets a node that is gone for good; it must have been taken for dead. Its replicas are not moved by this. */
    Future<Void> unregister(int nodeId);

    /** Takes a node out of the metadata quorum. A node that runs joins again as long as there are too few voters. */
    Future<Void> removeVoter(int nodeId);

    /** Makes a node that follows the metadata log a voter. Refused when there are as many as there should be. */
    Future<Void> addVoter(int nodeId);

    /**
     * The bytes on disk of all replicas on all live nodes: node id, then partition. A node that does not answer in time is left out.
     */
    Future<Map<Integer, Map<TopicPartition, Long>>> replicaSizes();

    /**
     * Says whether a node may get new replicas: of new topics, or by a plan. What it has stays until it is moved. Holds until it is taken
     * back, over restarts of that node and of controllers.
     */
    Future<Void> setDrained(int nodeId, boolean drained);

    /**
     * Changes settings of a node, or of all nodes ({@link ClusterSettingNames}): a null value takes a setting away, what is not named
     * stays. Refused with INVALID_CONFIG when there is no such setting.
     *
     * @param nodeId empty for all nodes
     */
    Future<Void> alterSettings(OptionalInt nodeId, Map<String, String> changes, boolean validateOnly);

    /**
     * Changes settings of one group ({@link io.millrace.cluster.group.SingleGroupSettings}), which need not exist: a null value takes a
     * setting away, what is not named stays. Refused with INVALID_CONFIG when there is no such setting, or the value is not allowed.
     */
    Future<Void> alterGroupSettings(String groupId, Map<String, String> changes, boolean validateOnly);

    /** Changes quotas of clients; each entity's change is made or refused on its own. */
    Future<Map<QuotaEntity, Optional<MillraceException>>> alterQuotas(List<QuotaChange> changes, boolean validateOnly);

    /** Changes the levels of features, all or none (KIP-584). */
    Future<Void> updateFeatures(List<FeatureChange> changes, boolean validateOnly);

    /** Sets how fast replicas catch up, on all nodes at once; empty: as each node's configuration says. */
    Future<Void> limitCatchUp(OptionalLong bytesPerSecond);
}
