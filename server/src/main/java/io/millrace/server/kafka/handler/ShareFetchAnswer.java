package io.millrace.server.kafka.handler;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.share.ShareFetched;
import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.message.ShareFetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ShareFetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.message.ShareFetchResponseData.ShareFetchableTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** The rows of one ShareFetch answer: what became of acknowledgements, and what was fetched. */
final class ShareFetchAnswer {

    private final ShareFetchResponseData answer = new ShareFetchResponseData();
    private final List<ReadResult> records = new ArrayList<>();
    private final ShareLeaders leaders;

    ShareFetchAnswer(ClusterImage image, int lockDurationMs) {
        this.leaders = new ShareLeaders(image);
        answer.setAcquisitionLockTimeoutMs(lockDurationMs);
    }

    /** @param failure null when they are stored */
    void acknowledged(ShareAcks acks, Throwable failure) {
        PartitionData row = row(acks.topicId(), acks.partition());
        if (failure != null) {
            Errors error = KafkaErrors.of(failure);
            row.setAcknowledgeErrorCode(error.code()).setAcknowledgeErrorMessage(KafkaErrors.message(failure));
            tellLeader(error, acks.topicId(), acks.partition(), row);
        }
    }

    void fetched(Uuid topicId, int partition, ShareFetched fetched) {
        PartitionData row = row(topicId, partition);
        if (fetched.failure() != null) {
            Errors error = fetchError(fetched.failure());
            row.setErrorCode(error.code()).setErrorMessage(KafkaErrors.message(fetched.failure()));
            tellLeader(error, topicId, partition, row);
            return;
        }
        ReadResult read =
                new ReadResult(List.of(new LogSlice.Memory(fetched.records().asReadOnlyBuffer())));
        records.add(read);
        row.setRecords(new LogRecords(read))
                .setAcquiredRecords(fetched.acquired().stream()
                        .map(each -> new AcquiredRecords()
                                .setFirstOffset(each.firstOffset())
                                .setLastOffset(each.lastOffset())
                                .setDeliveryCount((short) Math.min(Short.MAX_VALUE, each.deliveryCount())))
                        .toList());
    }

    void failed(Uuid topicId, int partition, Throwable failure) {
        fetched(topicId, partition, new ShareFetched(failure, null, List.of()));
    }

    /** A client takes an error that it does not expect of a fetch for a bug; after these it tries again. */
    private static Errors fetchError(Throwable failure) {
        Errors error = KafkaErrors.of(failure);
        return switch (error) {
            case NOT_LEADER_OR_FOLLOWER,
                    UNKNOWN_TOPIC_ID,
                    UNKNOWN_TOPIC_OR_PARTITION,
                    KAFKA_STORAGE_ERROR,
                    OFFSET_NOT_AVAILABLE,
                    CORRUPT_MESSAGE,
                    TOPIC_AUTHORIZATION_FAILED -> error;
            default ->
                failure instanceof MillraceException known && known.code().isRetriable()
                        ? Errors.OFFSET_NOT_AVAILABLE
                        : Errors.UNKNOWN_SERVER_ERROR;
        };
    }

    private void tellLeader(Errors error, Uuid topicId, int partition, PartitionData row) {
        leaders.tell(
                error,
                topicId,
                partition,
                leader -> row.setCurrentLeader(
                        new LeaderIdAndEpoch().setLeaderId(leader.leader()).setLeaderEpoch(leader.leaderEpoch())));
    }

    private PartitionData row(Uuid topicId, int partition) {
        ShareFetchableTopicResponse topic = answer.responses().find(topicId);
        if (topic == null) {
            topic = new ShareFetchableTopicResponse().setTopicId(topicId).setPartitions(new ArrayList<>());
            answer.responses().add(topic);
        }
        for (PartitionData each : topic.partitions()) {
            if (each.partitionIndex() == partition) {
                return each;
            }
        }
        PartitionData row = new PartitionData().setPartitionIndex(partition).setRecords(MemoryRecords.EMPTY);
        topic.partitions().add(row);
        return row;
    }

    ApiResponse done() {
        leaders.endpoints()
                .forEach(node -> answer.nodeEndpoints()
                        .add(new NodeEndpoint()
                                .setNodeId(node.nodeId())
                                .setHost(node.host())
                                .setPort(node.port())
                                .setRack(node.rack())));
        return new ApiResponse.Answer(answer, records);
    }
}
