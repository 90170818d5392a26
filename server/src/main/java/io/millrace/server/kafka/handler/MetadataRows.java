package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.KafkaIds;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/** The rows of a Metadata answer, one per topic. */
final class MetadataRows {

    private final boolean authorizedOperations;

    private final ClusterImage image;

    /** @param authorizedOperations whether the client asked what it may do (version 8) */
    MetadataRows(ClusterImage image, boolean authorizedOperations) {
        this.image = image;
        this.authorizedOperations = authorizedOperations;
    }

    MetadataResponseTopic topic(TopicMetadata topic) {
        MetadataResponseTopic row = new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(KafkaIds.toKafka(topic.id()))
                .setIsInternal(InternalTopics.contains(topic.name()));
        for (PartitionMetadata partition : topic.partitions()) {
            row.partitions().add(partition(partition));
        }
        if (authorizedOperations) {
            row.setTopicAuthorizedOperations(AuthorizedOperations.OF_TOPIC);
        }
        return row;
    }

    /** A topic that is not there. Its name may be null (asked by id) from version 12 on only, which is when ids can be asked. */
    MetadataResponseTopic error(MetadataRequestTopic asked, Throwable failure) {
        return new MetadataResponseTopic()
                .setName(asked.name())
                .setTopicId(asked.topicId())
                .setErrorCode(KafkaErrors.of(failure).code());
    }

    private MetadataResponsePartition partition(PartitionMetadata partition) {
        Errors error = partition.leader() < 0 ? Errors.LEADER_NOT_AVAILABLE : Errors.NONE;
        return new MetadataResponsePartition()
                .setErrorCode(error.code())
                .setPartitionIndex(partition.partition())
                .setLeaderId(partition.leader())
                .setLeaderEpoch(partition.leaderEpoch())
                .setReplicaNodes(partition.replicas())
                .setIsrNodes(partition.isr())
                .setOfflineReplicas(partition.replicas().stream()
                        .filter(node -> !image.isLive(node))
                        .toList());
    }
}
