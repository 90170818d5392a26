package io.millrace.server.kafka.handler;

import io.millrace.cluster.peer.LogHistoryField;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * One fetch of a replica: what to read, and the rows of its answer in the order of the request. Partitions that are not in this node's
 * image have their row from the start; the others get theirs from the leader's part of the partition.
 */
final class ReplicaFetchPlan {

    private final List<FetchableTopicResponse> rows = new ArrayList<>();
    private final List<PartitionData> pending = new ArrayList<>();
    private final ReplicaFetchRequest request;

    ReplicaFetchPlan(FetchRequestData message, TopicLookup lookup) {
        List<ReplicaFetchRequest.Entry> entries = new ArrayList<>();
        boolean unknown = false;
        for (FetchTopic topic : message.topics()) {
            FetchableTopicResponse row = new FetchableTopicResponse().setTopicId(topic.topicId());
            rows.add(row);
            for (FetchPartition partition : topic.partitions()) {
                try {
                    TopicPartition id = TopicLookup.partition(lookup.byId(topic.topicId()), partition.partition());
                    entries.add(entry(id, partition));
                    PartitionData data = new PartitionData().setPartitionIndex(partition.partition());
                    row.partitions().add(data);
                    pending.add(data);
                } catch (RuntimeException notHere) {
                    unknown = true;
                    row.partitions()
                            .add(FetchResponse.partitionResponse(partition.partition(), KafkaErrors.of(notHere)));
                }
            }
        }
        this.request = new ReplicaFetchRequest(
                message.replicaState().replicaId(),
                message.replicaState().replicaEpoch(),
                // An error is told at once, whatever the other partitions wait for.
                unknown ? 0 : Math.min(Math.max(message.maxWaitMs(), 0), FetchHandler.MAX_WAIT_MS_MAX),
                Math.max(message.minBytes(), 0),
                Math.max(message.maxBytes(), 0),
                entries);
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

    /** @param response to {@link #request()}, in its order */
    FetchResponseData answer(ReplicaFetchResponse<ReadResult> response) {
        for (int i = 0; i < pending.size(); i++) {
            fill(pending.get(i), response.partitions().get(i));
        }
        return new FetchResponseData().setResponses(rows);
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
