package io.millrace.cluster.peer;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchResponse.Outcome;
import io.millrace.storage.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * What a follower asks and is answered, as messages. Partitions keep their order: those of one topic that follow each other share a
 * topic row, so a topic may have several.
 */
final class ReplicaFetchMessages {

    /** Topics by id, replica with its broker epoch, epoch of the last record. */
    static final short VERSION = 18;

    private ReplicaFetchMessages() {}

    static FetchRequestData request(ReplicaFetchRequest request) {
        FetchRequestData message = new FetchRequestData()
                .setReplicaState(
                        new ReplicaState().setReplicaId(request.replicaId()).setReplicaEpoch(request.brokerEpoch()))
                .setMaxWaitMs(request.maxWaitMs())
                .setMinBytes(request.minBytes())
                .setMaxBytes(request.maxBytes())
                .setSessionId(request.session().id())
                .setSessionEpoch(request.session().epoch());
        UUID topicId = null;
        FetchTopic topic = null;
        for (ReplicaFetchRequest.Entry entry : request.partitions()) {
            if (!entry.partition().topicId().equals(topicId)) {
                topicId = entry.partition().topicId();
                topic = new FetchTopic().setTopicId(KafkaIds.toKafka(topicId));
                message.topics().add(topic);
            }
            topic.partitions()
                    .add(new FetchPartition()
                            .setPartition(entry.partition().partition())
                            .setCurrentLeaderEpoch(entry.leaderEpoch())
                            .setFetchOffset(entry.fetchOffset())
                            .setLastFetchedEpoch(entry.lastFetchedEpoch())
                            .setLogStartOffset(entry.logStartOffset())
                            .setPartitionMaxBytes(entry.maxBytes())
                            .setHighWatermark(entry.highWatermark()));
        }
        forget(request.forgotten(), message);
        return message;
    }

    private static void forget(List<TopicPartition> partitions, FetchRequestData message) {
        Map<UUID, ForgottenTopic> topics = new LinkedHashMap<>();
        for (TopicPartition each : partitions) {
            topics.computeIfAbsent(each.topicId(), id -> new ForgottenTopic().setTopicId(KafkaIds.toKafka(id)))
                    .partitions()
                    .add(each.partition());
        }
        message.setForgottenTopicsData(List.copyOf(topics.values()));
    }

    /** What was answered. Topics have no names there: that of a partition in it is its topic's id. */
    static ReplicaFetchResponse<ByteBuffer> response(FetchResponseData message) {
        if (message.errorCode() != ErrorCode.NONE.kafkaCode()) {
            return ReplicaFetchResponse.refused(ErrorCode.ofKafkaCode(message.errorCode()));
        }
        List<ReplicaFetchResponse.Entry<ByteBuffer>> entries = new ArrayList<>();
        for (FetchableTopicResponse topic : message.responses()) {
            UUID id = KafkaIds.fromKafka(topic.topicId());
            for (PartitionData row : topic.partitions()) {
                entries.add(new ReplicaFetchResponse.Entry<>(
                        new TopicPartition(id, id.toString(), row.partitionIndex()),
                        outcome(row),
                        row.highWatermark(),
                        row.logStartOffset()));
            }
        }
        return new ReplicaFetchResponse<>(ErrorCode.NONE, message.sessionId(), entries);
    }

    private static Outcome<ByteBuffer> outcome(PartitionData row) {
        if (row.errorCode() != ErrorCode.NONE.kafkaCode()) {
            return new ReplicaFetchResponse.Failed<>(ErrorCode.ofKafkaCode(row.errorCode()));
        }
        if (row.divergingEpoch().epoch() >= 0) {
            return new ReplicaFetchResponse.Diverging<>(
                    row.divergingEpoch().epoch(), row.divergingEpoch().endOffset());
        }
        return new ReplicaFetchResponse.Records<>(
                row.records() == null ? ByteBuffer.allocate(0) : ((MemoryRecords) row.records()).buffer(),
                LogHistoryField.read(row));
    }
}
