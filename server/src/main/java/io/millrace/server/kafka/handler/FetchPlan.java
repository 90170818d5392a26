package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.FetchCommand;
import io.millrace.cluster.partition.FetchedPartition;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * One fetch: what to read, and the rows of its answer in the order of the request. Partitions that are not there have their row
 * from the start; the others get theirs from the read. A partition that is named twice is answered once: some clients break on
 * a second row.
 */
final class FetchPlan {

    private final List<FetchableTopicResponse> rows = new ArrayList<>();
    private final List<FetchCommand.FetchPartition> commands = new ArrayList<>();
    private final List<PartitionData> pending = new ArrayList<>();
    private boolean errors;

    /** @param byId whether topics are named by id */
    FetchPlan(List<FetchTopic> topics, boolean byId, TopicLookup lookup) {
        Set<TopicPartition> seen = new HashSet<>();
        for (FetchTopic topic : topics) {
            FetchableTopicResponse row =
                    new FetchableTopicResponse().setTopic(topic.topic()).setTopicId(topic.topicId());
            rows.add(row);
            for (FetchPartition partition : topic.partitions()) {
                try {
                    TopicMetadata metadata = lookup.find(byId, topic.topicId(), topic.topic());
                    TopicPartition id = TopicLookup.partition(metadata, partition.partition());
                    if (seen.add(id)) {
                        add(row, partition, id);
                    }
                } catch (RuntimeException unknown) {
                    errors = true;
                    row.partitions()
                            .add(FetchResponse.partitionResponse(partition.partition(), KafkaErrors.of(unknown)));
                }
            }
        }
    }

    private void add(FetchableTopicResponse row, FetchPartition partition, TopicPartition id) {
        PartitionData data = new PartitionData().setPartitionIndex(partition.partition());
        row.partitions().add(data);
        pending.add(data);
        commands.add(new FetchCommand.FetchPartition(
                id,
                partition.fetchOffset(),
                Math.max(partition.partitionMaxBytes(), 0),
                partition.currentLeaderEpoch()));
    }

    List<FetchCommand.FetchPartition> commands() {
        return commands;
    }

    /** Whether a partition is not there. */
    boolean hasErrors() {
        return errors;
    }

    /**
     * The rows of the answer.
     *
     * @param fetched the answers to {@link #commands()}, in that order
     */
    List<FetchableTopicResponse> rows(List<FetchedPartition> fetched, boolean readCommitted) {
        for (int i = 0; i < fetched.size(); i++) {
            fill(pending.get(i), fetched.get(i), readCommitted);
        }
        return rows;
    }

    private static List<FetchResponseData.AbortedTransaction> aborted(FetchedPartition fetched) {
        return fetched.aborted().stream()
                .map(each -> new FetchResponseData.AbortedTransaction()
                        .setProducerId(each.producerId())
                        .setFirstOffset(each.firstOffset()))
                .toList();
    }

    private static void fill(PartitionData row, FetchedPartition fetched, boolean readCommitted) {
        PartitionOffsets offsets = fetched.offsets();
        row.setErrorCode(KafkaErrors.of(fetched.error()).code())
                .setHighWatermark(offsets == null ? FetchResponse.INVALID_HIGH_WATERMARK : offsets.highWatermark())
                .setLastStableOffset(
                        offsets == null ? FetchResponse.INVALID_LAST_STABLE_OFFSET : offsets.lastStableOffset())
                .setLogStartOffset(offsets == null ? FetchResponse.INVALID_LOG_START_OFFSET : offsets.logStartOffset())
                .setPreferredReadReplica(fetched.preferredReplica())
                // Null means "not read_committed"; a list, even an empty one, is what read_committed clients filter by.
                .setAbortedTransactions(
                        readCommitted && fetched.error().kafkaCode() == Errors.NONE.code() ? aborted(fetched) : null)
                .setRecords(fetched.records().isEmpty() ? MemoryRecords.EMPTY : new LogRecords(fetched.records()));
    }
}
