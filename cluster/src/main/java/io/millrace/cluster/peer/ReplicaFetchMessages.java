package io.millrace.cluster.peer;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.peer.PeerException.Kind;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchResponse.Outcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchMetadata;

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
                .setSessionId(FetchMetadata.INVALID_SESSION_ID)
                .setSessionEpoch(FetchMetadata.FINAL_EPOCH);
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
        return message;
    }

    /**
     * What was answered.
     *
     * @throws MillraceException when the request as a whole was refused
     * @throws PeerException when the answer is to something else
     */
    static ReplicaFetchResponse<ByteBuffer> response(ReplicaFetchRequest request, FetchResponseData message) {
        if (message.errorCode() != ErrorCode.NONE.kafkaCode()) {
            throw new MillraceException(
                    ErrorCode.ofKafkaCode(message.errorCode()),
                    "The leader refused a fetch with Kafka error " + message.errorCode() + ".");
        }
        List<ReplicaFetchRequest.Entry> asked = request.partitions();
        List<ReplicaFetchResponse.Entry<ByteBuffer>> entries = new ArrayList<>(asked.size());
        for (FetchableTopicResponse topic : message.responses()) {
            for (PartitionData row : topic.partitions()) {
                int next = entries.size();
                if (next == asked.size() || !isFor(asked.get(next), topic.topicId(), row.partitionIndex())) {
                    throw notWhatWasAsked();
                }
                entries.add(new ReplicaFetchResponse.Entry<>(
                        asked.get(next).partition(), outcome(row), row.highWatermark(), row.logStartOffset()));
            }
        }
        if (entries.size() < asked.size()) {
            throw notWhatWasAsked();
        }
        return new ReplicaFetchResponse<>(entries);
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

    private static boolean isFor(ReplicaFetchRequest.Entry asked, Uuid topicId, int partition) {
        UUID id = asked.partition().topicId();
        return asked.partition().partition() == partition
                && id.getMostSignificantBits() == topicId.getMostSignificantBits()
                && id.getLeastSignificantBits() == topicId.getLeastSignificantBits();
    }

    private static PeerException notWhatWasAsked() {
        return new PeerException(Kind.PROTOCOL, "A leader did not answer for the partitions that were asked.", null);
    }
}
