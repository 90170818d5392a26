package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.metadata.TopicName;
import io.millrace.cluster.peer.KafkaIds;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeTopicPartitionsRequest;

/**
 * Describes topics in the order of their names, so many partitions at a time; the cursor of an answer says where the next request goes
 * on (KIP-966). Unlike Metadata it creates nothing.
 */
final class DescribeTopicPartitionsHandler implements ApiHandler<DescribeTopicPartitionsRequest> {

    /** Bound on the partitions of one answer, whatever is asked; Kafka's {@code max.request.partition.size.limit}. */
    static final int PARTITIONS_MAX = 2_000;

    private final Controller controller;

    DescribeTopicPartitionsHandler(Controller controller) {
        this.controller = controller;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_TOPIC_PARTITIONS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<DescribeTopicPartitionsRequest> request) {
        DescribeTopicPartitionsRequestData asked = request.body().data();
        String firstTopic = asked.cursor() == null ? "" : asked.cursor().topicName();
        int firstPartition = asked.cursor() == null ? 0 : asked.cursor().partitionIndex();
        if (firstPartition < 0) {
            throw Errors.INVALID_REQUEST.exception("A cursor cannot stand at partition " + firstPartition + ".");
        }
        ClusterImage image = controller.image();
        Page page = new Page(image, Math.min(Math.max(1, asked.responsePartitionLimit()), PARTITIONS_MAX));
        boolean all = asked.topics().isEmpty();
        for (String name : new TreeSet<>(all ? image.topics().keySet() : names(asked)).tailSet(firstTopic)) {
            if (!page.add(name, name.equals(firstTopic) ? firstPartition : 0)) {
                break;
            }
        }
        return Future.succeededFuture(ApiResponse.of(page.response));
    }

    private static Collection<String> names(DescribeTopicPartitionsRequestData asked) {
        return asked.topics().stream().map(TopicRequest::name).toList();
    }

    /** One answer. */
    private static final class Page {

        private final ClusterImage image;
        private final DescribeTopicPartitionsResponseData response = new DescribeTopicPartitionsResponseData();
        private int room;

        Page(ClusterImage image, int room) {
            this.image = image;
            this.room = room;
        }

        /** Returns whether there may be room for another topic. */
        boolean add(String name, int from) {
            TopicMetadata topic = image.topics().get(name);
            if (room == 0) {
                response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(from));
                return false;
            }
            DescribeTopicPartitionsResponseTopic row = new DescribeTopicPartitionsResponseTopic().setName(name);
            response.topics().add(row);
            if (topic == null) {
                row.setErrorCode(unknown(name).code());
                return true;
            }
            row.setIsInternal(InternalTopics.contains(name))
                    .setTopicId(KafkaIds.toKafka(topic.id()))
                    .setTopicAuthorizedOperations(AuthorizedOperations.OF_TOPIC);
            List<PartitionMetadata> partitions = topic.partitions();
            int end = Math.min(partitions.size(), from + Math.min(room, partitions.size()));
            for (int partition = from; partition < end; partition++) {
                row.partitions().add(partition(partitions.get(partition)));
                room--;
            }
            if (end < partitions.size() && from < end) {
                response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(end));
                return false;
            }
            return true;
        }

        private static Errors unknown(String name) {
            try {
                TopicName.validate(name);
                return Errors.UNKNOWN_TOPIC_OR_PARTITION;
            } catch (RuntimeException invalid) {
                return KafkaErrors.of(invalid);
            }
        }

        private DescribeTopicPartitionsResponsePartition partition(PartitionMetadata partition) {
            return new DescribeTopicPartitionsResponsePartition()
                    .setErrorCode((partition.leader() < 0 ? Errors.LEADER_NOT_AVAILABLE : Errors.NONE).code())
                    .setPartitionIndex(partition.partition())
                    .setLeaderId(partition.leader())
                    .setLeaderEpoch(partition.leaderEpoch())
                    .setReplicaNodes(partition.replicas())
                    .setIsrNodes(partition.isr())
                    .setEligibleLeaderReplicas(partition.elr())
                    .setLastKnownElr(List.of())
                    .setOfflineReplicas(partition.replicas().stream()
                            .filter(node -> !image.isLive(node))
                            .toList());
        }
    }
}
