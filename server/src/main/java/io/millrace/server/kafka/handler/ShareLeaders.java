package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.peer.KafkaIds;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Tells those who ask the wrong node where the leaders are, so that they need not ask for metadata (KIP-951). Of one answer. */
final class ShareLeaders {

    private final ClusterImage image;
    private final Map<Integer, BrokerMetadata> endpoints = new LinkedHashMap<>();

    ShareLeaders(ClusterImage image) {
        this.image = image;
    }

    /** Has the leader of a partition told, if that helps against an error. */
    void tell(Errors error, Uuid topicId, int partition, Consumer<PartitionMetadata> row) {
        if (error != Errors.NOT_LEADER_OR_FOLLOWER) {
            return;
        }
        Optional<PartitionMetadata> found = image.topic(KafkaIds.fromKafka(topicId))
                .filter(topic ->
                        partition >= 0 && partition < topic.partitions().size())
                .map(topic -> topic.partitions().get(partition));
        found.ifPresent(known -> {
            row.accept(known);
            BrokerMetadata leader = image.brokers().get(known.leader());
            if (leader != null && leader.host() != null) {
                endpoints.put(leader.nodeId(), leader);
            }
        });
    }

    /** The nodes that were told of. */
    Iterable<BrokerMetadata> endpoints() {
        return endpoints.values();
    }
}
