package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.peer.LogHistoryField;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.session.SessionStep;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * One fetch of a replica: what to read, and the rows of its answer. Partitions that are not in this node's image have their row from the
 * start; what there is to say about the others is the leader's part of the partition.
 */
final class ReplicaFetchPlan {

    private final List<FetchableTopicResponse> rows = new ArrayList<>();
    private final ReplicaFetchRequest request;

    ReplicaFetchPlan(FetchRequestData message, TopicLookup lookup) {
        List<ReplicaFetchRequest.Entry> entries = new ArrayList<>();
        for (FetchTopic topic : message.topics()) {
            for (FetchPartition partition : topic.partitions()) {
                try {
                    TopicPartition id = TopicLookup.partition(lookup.byId(topic.topicId()), partition.partition());
                    entries.add(entry(id, partition));
                } catch (RuntimeException notHere) {
                    row(topic.topicId())
                            .add(FetchResponse.partitionResponse(partition.partition(), KafkaErrors.of(notHere)));
                }
            }
        }
        this.request = new ReplicaFetchRequest(
                message.replicaState().replicaId(),
                message.replicaState().replicaEpoch(),
                new SessionStep(message.sessionId(), message.sessionEpoch()),
                // An error is told at once, whatever the other partitions wait for.
                rows.isEmpty() ? Math.min(Math.max(message.maxWaitMs(), 0), FetchHandler.MAX_WAIT_MS_MAX) : 0,
                Math.max(message.minBytes(), 0),
                Math.max(message.maxBytes(), 0),
                entries,
                forgotten(message));
    }

    /** By id: the topic may be gone. */
    private static List<TopicPartition> forgotten(FetchRequestData message) {
        List<TopicPartition> result = new ArrayList<>();
        for (ForgottenTopic topic : message.forgottenTopicsData()) {
            UUID id = KafkaIds.fromKafka(topic.topicId());
            for (int partition : topic.partitions()) {
                result.add(new TopicPartition(id, id.toString(), partition));
            }
        }
        return result;
    }

    /** The partitions of a topic in the answer: those that follow each other share a row. */
    private List<PartitionData> row(Uuid topicId) {
        if (rows.isEmpty() || !rows.get(rows.size() - 1).topicId().equals(topicId)) {
            rows.add(new FetchableTopicResponse().setTopicId(topicId));
        }
        return rows.get(rows.size() - 1).partitions();
    }

    private static ReplicaFetchRequest.Entry entry(TopicPartition id, FetchPartition partition) {
        return new ReplicaFetchRequest.Entry(
                id,
                partition.currentLeaderEpoch(),
                partition.fetchOffset(),
                partition.lastFetchedEpoch(),
                partition.logStartOffset(),
                Math.max(partition.partitionMaxBytes(), 0),
                partition.highWatermark());
    }

    /** What is asked of the partitions that are known here. */
    ReplicaFetchRequest request() {
        return request;
    }

    /** @param response to {@link #request()} */
    FetchResponseData answer(ReplicaFetchResponse<ReadResult> response) {
        for (ReplicaFetchResponse.Entry<ReadResult> entry : response.partitions()) {
            PartitionData data =
                    new PartitionData().setPartitionIndex(entry.partition().partition());
            row(KafkaIds.toKafka(entry.partition().topicId())).add(data);
            fill(data, entry);
        }
        return new FetchResponseData()
                .setErrorCode(response.error().kafkaCode())
                .setSessionId(response.sessionId())
                .setResponses(response.error() == ErrorCode.NONE ? rows : List.of());
    }

    private static void fill(PartitionData row, ReplicaFetchResponse.Entry<ReadResult> entry) {
        row.setHighWatermark(entry.highWatermark())
                .setLogStartOffset(entry.logStartOffset())
                .setErrorCode(Errors.NONE.code())
                .setRecords(MemoryRecords.EMPTY);
        if (entry.outcome() instanceof ReplicaFetchResponse.Records<ReadResult> read) {
            ReadResult records = read.records();
            if (!records.isEmpty()) {
                row.setRecords(new LogRecords(records));
                LogHistoryField.write(row, read.history());
            }
        } else if (entry.outcome() instanceof ReplicaFetchResponse.Diverging<ReadResult> diverging) {
            row.setDivergingEpoch(
                    new EpochEndOffset().setEpoch(diverging.epoch()).setEndOffset(diverging.endOffset()));
        } else if (entry.outcome() instanceof ReplicaFetchResponse.Failed<ReadResult> failed) {
            row.setErrorCode(KafkaErrors.of(failed.error()).code());
        }
    }
}
