package io.millrace.websocket;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.TopicMetadata;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Notices topics that are new and topics that have more partitions. Images come often, and seldom bring either. Called by one thread at a
 * time.
 */
final class TopicWatch {

    private final Map<UUID, Integer> partitionCounts = new HashMap<>();

    /** Knows what this image has. */
    TopicWatch(ClusterImage image) {
        grew(image);
    }

    /** Whether there are partitions that the image before did not have. */
    boolean grew(ClusterImage image) {
        boolean grew = false;
        for (TopicMetadata topic : image.topics().values()) {
            int now = topic.partitions().size();
            Integer before = partitionCounts.put(topic.id(), now);
            grew |= before == null || before < now;
        }
        if (partitionCounts.size() > image.topics().size()) {
            partitionCounts.keySet().retainAll(image.topicsById().keySet());
        }
        return grew;
    }
}
