package io.millrace.cluster.membership;

import io.millrace.cluster.membership.OwnershipTable.Ownership;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Publishes who leads what while this node is the active controller: everything when it becomes that and after a split network has healed,
 * later what changed. Thread-safe; never blocks.
 */
public final class OwnershipPublisher {

    private final int nodeId;
    private final OwnershipTable table;

    /** The last image of this node's time as the active controller; null while it is not. */
    private ClusterImage published;

    public OwnershipPublisher(int nodeId, OwnershipTable table) {
        this.nodeId = nodeId;
        this.table = table;
    }

    /** A committed image, in their order. */
    public synchronized void onImage(ClusterImage image) {
        if (image.controllerId() != nodeId) {
            published = null;
            return;
        }
        if (published == null) {
            publishAll(image);
        } else if (image.topicsById() != published.topicsById()) {
            publishChanges(published.topicsById(), image.topicsById());
        }
        published = image;
    }

    /** What others wrote in the part of the network that lost may have won. */
    public synchronized void onEvent(MembershipEvent event) {
        if (event instanceof MembershipEvent.Merged && published != null) {
            publishAll(published);
        }
    }

    private void publishAll(ClusterImage image) {
        List<Ownership> all = new ArrayList<>();
        image.topicsById().values().forEach(topic -> addAll(topic, all));
        table.publishAll(all);
    }

    private void publishChanges(Map<UUID, TopicMetadata> before, Map<UUID, TopicMetadata> now) {
        List<Ownership> changed = new ArrayList<>();
        now.values().forEach(topic -> {
            if (before.get(topic.id()) != topic) {
                addAll(topic, changed);
            }
        });
        table.publish(changed);
        before.values().forEach(topic -> {
            if (!now.containsKey(topic.id())) {
                topic.partitions().forEach(partition -> table.remove(topic.id(), partition.partition()));
            }
        });
    }

    private static void addAll(TopicMetadata topic, List<Ownership> into) {
        for (PartitionMetadata partition : topic.partitions()) {
            into.add(new Ownership(
                    topic.id(),
                    partition.partition(),
                    partition.leader(),
                    partition.leaderEpoch(),
                    partition.partitionEpoch(),
                    partition.isr()));
        }
    }
}
