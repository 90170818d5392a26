package io.millrace.cluster.peer;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.partition.PartitionService.EpochEnd;
import io.millrace.cluster.peer.PeerException.Kind;
import io.millrace.cluster.record.CommittedBatches;
import io.millrace.cluster.routing.LeaderClient.Fetch;
import io.millrace.cluster.routing.LeaderClient.Fetched;
import io.millrace.cluster.routing.LeaderClient.Found;
import io.millrace.cluster.routing.LeaderClient.From;
import io.millrace.cluster.routing.LeaderClient.Known;
import io.millrace.storage.AppendResult;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchMetadata;

/** What one node asks another for its clients, as messages. Partitions keep their order, so a topic may have several rows. */
final class ClientMessages {

    /** Topics by id. */
    static final short PRODUCE_VERSION = 13;

    /** Topics by id. */
    static final short FETCH_VERSION = 18;

    static final short LIST_OFFSETS_VERSION = 11;

    /** Flexible, and the newest. */
    static final short EPOCH_END_VERSION = 4;

    private static final int CONSUMER = -1;
    private static final short ACKS_ALL = -1;
    private static final short ACKS_LEADER = 1;

    private ClientMessages() {}

    static ProduceRequestData produce(AppendCommand command) {
        TopicPartition partition = command.partition();
        ProduceRequestData message = new ProduceRequestData()
                // Without acks there would be no answer, and so no order of those that follow.
                .setAcks(command.acks() == Acks.ALL ? ACKS_ALL : ACKS_LEADER)
                .setTimeoutMs(command.timeoutMs());
        message.topicData()
                .add(new TopicProduceData()
                        .setTopicId(KafkaIds.toKafka(partition.topicId()))
                        .setPartitionData(List.of(new PartitionProduceData()
                                .setIndex(partition.partition())
                                .setRecords(MemoryRecords.readableRecords(command.batches())))));
        return message;
    }

    /** Throws MillraceException when it was refused. */
    static AppendResult appended(AppendCommand command, ProduceResponseData message) {
        PartitionProduceResponse row = message.responses().stream()
                .flatMap(topic -> topic.partitionResponses().stream())
                .findFirst()
                .orElseThrow(ClientMessages::notWhatWasAsked);
        if (row.errorCode() != ErrorCode.NONE.kafkaCode()) {
            ErrorCode error = ErrorCode.ofKafkaCode(row.errorCode());
            throw new MillraceException(
                    error,
                    row.errorMessage() != null
                            ? row.errorMessage()
                            : "The leader of " + command.partition() + " refused the records: " + error);
        }
        ByteBuffer batch = command.batches();
        return new AppendResult(
                row.baseOffset(),
                row.baseOffset() + BatchHeader.lastOffsetDelta(batch, batch.position()),
                row.logAppendTimeMs(),
                row.logStartOffset(),
                false);
    }

    static FetchRequestData fetch(Fetch request) {
        FetchRequestData message = new FetchRequestData()
                .setMaxWaitMs(request.maxWaitMs())
                .setMinBytes(1)
                .setMaxBytes(request.maxBytes())
                .setIsolationLevel(IsolationLevel.READ_COMMITTED.id())
                .setSessionId(FetchMetadata.INVALID_SESSION_ID)
                .setSessionEpoch(FetchMetadata.FINAL_EPOCH);
        UUID topicId = null;
        FetchTopic topic = null;
        for (From from : request.partitions()) {
            TopicPartition partition = from.known().partition();
            if (!partition.topicId().equals(topicId)) {
                topicId = partition.topicId();
                topic = new FetchTopic().setTopicId(KafkaIds.toKafka(topicId));
                message.topics().add(topic);
            }
            topic.partitions()
                    .add(new FetchPartition()
                            .setPartition(partition.partition())
                            .setCurrentLeaderEpoch(from.known().leaderEpoch())
                            .setFetchOffset(from.offset())
                            .setPartitionMaxBytes(from.maxBytes()));
        }
        return message;
    }

    /** Throws MillraceException when the request as a whole was refused, PeerException when the answer is to something else. */
    static List<Fetched> fetched(Fetch request, FetchResponseData message) {
        if (message.errorCode() != ErrorCode.NONE.kafkaCode()) {
            throw new MillraceException(
                    ErrorCode.ofKafkaCode(message.errorCode()),
                    "The leader refused a fetch with Kafka error " + message.errorCode());
        }
        List<Fetched> answers = new ArrayList<>(request.partitions().size());
        for (FetchableTopicResponse topic : message.responses()) {
            for (PartitionData row : topic.partitions()) {
                requireAsked(request.partitions().size(), answers.size());
                TopicPartition asked =
                        request.partitions().get(answers.size()).known().partition();
                if (asked.partition() != row.partitionIndex()
                        || !KafkaIds.toKafka(asked.topicId()).equals(topic.topicId())) {
                    throw notWhatWasAsked();
                }
                answers.add(new Fetched(
                        ErrorCode.ofKafkaCode(row.errorCode()),
                        row.lastStableOffset(),
                        row.logStartOffset(),
                        records(row)));
            }
        }
        requireAll(request.partitions().size(), answers.size());
        return answers;
    }

    private static ByteBuffer records(PartitionData row) {
        if (row.records() == null) {
            return ByteBuffer.allocate(0);
        }
        ByteBuffer batches = ((MemoryRecords) row.records()).buffer();
        return row.abortedTransactions() == null
                ? batches
                : CommittedBatches.without(
                        row.abortedTransactions().stream()
                                .map(each -> new CommittedBatches.Aborted(each.producerId(), each.firstOffset()))
                                .toList(),
                        batches);
    }

    static ListOffsetsRequestData listOffsets(List<Known> partitions, long timestampMs) {
        ListOffsetsRequestData message = new ListOffsetsRequestData()
                .setReplicaId(CONSUMER)
                .setIsolationLevel(IsolationLevel.READ_COMMITTED.id());
        UUID topicId = null;
        ListOffsetsTopic topic = null;
        for (Known known : partitions) {
            TopicPartition partition = known.partition();
            if (!partition.topicId().equals(topicId)) {
                topicId = partition.topicId();
                topic = new ListOffsetsTopic().setName(partition.topic());
                message.topics().add(topic);
            }
            topic.partitions()
                    .add(new ListOffsetsPartition()
                            .setPartitionIndex(partition.partition())
                            .setCurrentLeaderEpoch(known.leaderEpoch())
                            .setTimestamp(timestampMs));
        }
        return message;
    }

    /** Throws PeerException when the answer is to something else. */
    static List<Found> found(List<Known> partitions, ListOffsetsResponseData message) {
        List<Found> answers = new ArrayList<>(partitions.size());
        for (ListOffsetsTopicResponse topic : message.topics()) {
            for (ListOffsetsPartitionResponse row : topic.partitions()) {
                requireAsked(partitions.size(), answers.size());
                TopicPartition asked = partitions.get(answers.size()).partition();
                if (asked.partition() != row.partitionIndex() || !asked.topic().equals(topic.name())) {
                    throw notWhatWasAsked();
                }
                answers.add(new Found(
                        ErrorCode.ofKafkaCode(row.errorCode()), row.offset(), row.timestamp(), row.leaderEpoch()));
            }
        }
        requireAll(partitions.size(), answers.size());
        return answers;
    }

    static OffsetForLeaderEpochRequestData endOfEpoch(Known known, int leaderEpoch) {
        OffsetForLeaderEpochRequestData message = new OffsetForLeaderEpochRequestData().setReplicaId(CONSUMER);
        message.topics()
                .add(new OffsetForLeaderTopic()
                        .setTopic(known.partition().topic())
                        .setPartitions(List.of(new OffsetForLeaderPartition()
                                .setPartition(known.partition().partition())
                                .setCurrentLeaderEpoch(known.leaderEpoch())
                                .setLeaderEpoch(leaderEpoch))));
        return message;
    }

    /** Throws MillraceException when there is no answer, PeerException when it is to something else. */
    static EpochEnd epochEnd(Known asked, OffsetForLeaderEpochResponseData message) {
        OffsetForLeaderTopicResult topic =
                message.topics().find(asked.partition().topic());
        if (topic == null
                || topic.partitions().size() != 1
                || topic.partitions().get(0).partition() != asked.partition().partition()) {
            throw notWhatWasAsked();
        }
        EpochEndOffset row = topic.partitions().get(0);
        if (row.errorCode() != ErrorCode.NONE.kafkaCode()) {
            ErrorCode error = ErrorCode.ofKafkaCode(row.errorCode());
            throw new MillraceException(
                    error, "The leader of " + asked.partition() + " does not say where an epoch ends: " + error);
        }
        if (row.endOffset() < 0) {
            throw new MillraceException(
                    ErrorCode.UNKNOWN_LEADER_EPOCH,
                    "The leader of " + asked.partition() + " has not heard of that epoch: ask again in a moment");
        }
        return new EpochEnd(asked.leaderEpoch(), row.endOffset());
    }

    private static void requireAsked(int asked, int answered) {
        if (answered >= asked) {
            throw notWhatWasAsked();
        }
    }

    private static void requireAll(int asked, int answered) {
        if (answered < asked) {
            throw notWhatWasAsked();
        }
    }

    private static PeerException notWhatWasAsked() {
        return new PeerException(Kind.PROTOCOL, "A leader did not answer for the partitions that were asked.", null);
    }
}
