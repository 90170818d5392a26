package io.millrace.cluster.routing;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.membership.OwnershipTable;
import io.millrace.cluster.membership.OwnershipTable.Ownership;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.storage.TopicPartition;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who leads a partition: as this node's image says, or as the ownership table says where that is newer, because this node is behind with
 * the metadata log. Epochs decide, so an old entry costs one refusal. Thread-safe, never blocks.
 */
final class Leaders {

    /** A node and the epoch under which it leads. */
    record Leader(int nodeId, int epoch) {}

    private final int nodeId;
    private final Supplier<ClusterImage> image;
    private final OwnershipTable table;

    Leaders(int nodeId, Supplier<ClusterImage> image, OwnershipTable table) {
        this.nodeId = nodeId;
        this.image = image;
        this.table = table;
    }

    /** Throws UNKNOWN_TOPIC_OR_PARTITION, and LEADER_NOT_AVAILABLE while nobody leads. */
    Leader find(TopicPartition key) {
        PartitionMetadata committed = require(key);
        Leader leader = new Leader(committed.leader(), committed.leaderEpoch());
        Optional<Ownership> published = table.find(key.topicId(), key.partition());
        if (published.isPresent() && published.get().leaderEpoch() > leader.epoch()) {
            leader = new Leader(published.get().leader(), published.get().leaderEpoch());
        }
        if (leader.nodeId() == PartitionMetadata.NO_LEADER) {
            throw new MillraceException(
                    ErrorCode.LEADER_NOT_AVAILABLE,
                    "No node leads " + key
                            + " at the moment: one that has all its records must come back. Try again later");
        }
        return leader;
    }

    boolean isHere(Leader leader) {
        return leader.nodeId() == nodeId;
    }

    /** Whether this node's replica, if there is one, can be relied on to be close behind the leader, or there is nobody better. */
    boolean isInSyncHere(TopicPartition key) {
        PartitionMetadata committed = find(image.get(), key);
        return committed != null
                && (committed.isr().contains(nodeId) || committed.leader() == PartitionMetadata.NO_LEADER);
    }

    /** Of this node's image; -1 when there is no such partition. */
    int epoch(TopicPartition key) {
        PartitionMetadata committed = find(image.get(), key);
        return committed == null ? -1 : committed.leaderEpoch();
    }

    /** Whether a leader that lacks records was elected, and replicas may still have what it has not. */
    boolean isRecovering(TopicPartition key) {
        PartitionMetadata committed = find(image.get(), key);
        return committed != null && committed.recovering();
    }

    boolean exists(TopicPartition key) {
        return find(image.get(), key) != null;
    }

    private PartitionMetadata require(TopicPartition key) {
        PartitionMetadata committed = find(image.get(), key);
        if (committed == null) {
            throw new MillraceException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "There is no partition " + key.partition() + " of topic '" + key.topic() + "'");
        }
        return committed;
    }

    private static PartitionMetadata find(ClusterImage image, TopicPartition key) {
        TopicMetadata topic = image == null ? null : image.topicsById().get(key.topicId());
        return topic == null
                        || key.partition() < 0
                        || key.partition() >= topic.partitions().size()
                ? null
                : topic.partitions().get(key.partition());
    }
}
