package io.millrace.cluster.group;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;

/**
 * Consumer groups: who is in them, who has which partitions, and how far they are. A group is coordinated by the node that leads its
 * partition of {@code __consumer_offsets}; the others answer NOT_COORDINATOR, and the one that has just taken over
 * COORDINATOR_LOAD_IN_PROGRESS until it has read what its predecessor wrote. Nothing is answered before it is acknowledged by the
 * replicas of that partition.
 *
 * <p>Thread-safe, never blocks. Futures complete on the Vert.x context of the caller when it has one. What concerns a group is told by the
 * error codes in the answers; futures fail with {@link io.millrace.cluster.error.MillraceException} when this node coordinates nothing
 * (NOT_COORDINATOR) or is stopping.
 */
public interface GroupCoordinator extends ShareGroupCoordinator {

    /**
     * The node that coordinates a group. The first call creates the internal topic. Fails with COORDINATOR_NOT_AVAILABLE while there is
     * none: ask again.
     */
    Future<BrokerMetadata> coordinatorOf(String groupId);

    /**
     * The partition of {@code __consumer_offsets} in which a group lies: what a transaction adds before offsets are committed in it. Creates
     * the topic, and fails, as {@link #coordinatorOf} does.
     */
    Future<Integer> partitionOf(String groupId);

    Future<JoinGroupResponseData> joinGroup(GroupClient client, JoinGroupRequestData request);

    Future<SyncGroupResponseData> syncGroup(GroupClient client, SyncGroupRequestData request);

    Future<HeartbeatResponseData> heartbeat(GroupClient client, HeartbeatRequestData request);

    Future<LeaveGroupResponseData> leaveGroup(GroupClient client, LeaveGroupRequestData request);

    /** A member of a group whose assignments the node computes (KIP-848): joins, stays, leaves. */
    Future<ConsumerGroupHeartbeatResponseData> consumerGroupHeartbeat(
            GroupClient client, ConsumerGroupHeartbeatRequestData request);

    Future<List<ConsumerGroupDescribeResponseData.DescribedGroup>> describeConsumerGroups(
            GroupClient client, List<String> groupIds);

    /**
     * A member of a group of a Streams application whose tasks the node assigns (KIP-1071): joins, stays, leaves. Internal topics that the
     * application misses are made; the answer does not wait for them.
     */
    Future<StreamsGroupHeartbeatResponseData> streamsGroupHeartbeat(
            GroupClient client, StreamsGroupHeartbeatRequestData request);

    Future<List<StreamsGroupDescribeResponseData.DescribedGroup>> describeStreamsGroups(
            GroupClient client, List<String> groupIds);

    Future<List<DescribeGroupsResponseData.DescribedGroup>> describeGroups(GroupClient client, List<String> groupIds);

    /** The groups that this node coordinates; none when it coordinates nothing. */
    Future<ListGroupsResponseData> listGroups(GroupClient client, ListGroupsRequestData request);

    Future<DeletableGroupResultCollection> deleteGroups(GroupClient client, List<String> groupIds);

    /** Stores offsets. The topics are there: the caller has looked. */
    Future<OffsetCommitResponseData> commitOffsets(GroupClient client, OffsetCommitRequestData request);

    /** Stores offsets that count when the transaction of the request's producer commits ({@link #completeTransaction}). */
    Future<TxnOffsetCommitResponseData> commitTransactionalOffsets(
            GroupClient client, TxnOffsetCommitRequestData request);

    Future<OffsetDeleteResponseData> deleteOffsets(GroupClient client, OffsetDeleteRequestData request);

    /**
     * Offsets of one group: of the topics in the request, or of all that there are when these are null.
     *
     * @param requireStable whether offsets that a transaction may still replace are answered with UNSTABLE_OFFSET_COMMIT
     */
    Future<OffsetFetchResponseGroup> fetchOffsets(
            GroupClient client, OffsetFetchRequestGroup request, boolean requireStable);

    /**
     * Ends a transaction on a partition of {@code __consumer_offsets}: writes its marker there, and makes its offsets count or forgets
     * them. Called instead of appending a marker to the log: the coordinator is the only one that appends to its partition. Completes when
     * the marker is acknowledged. Fails with NOT_LEADER_OR_FOLLOWER or NOT_COORDINATOR when another node has the partition now,
     * COORDINATOR_LOAD_IN_PROGRESS, INVALID_PRODUCER_EPOCH, or TRANSACTION_COORDINATOR_FENCED as Kafka's exception.
     *
     * @param partition of {@code __consumer_offsets}
     * @param coordinatorEpoch of the transaction coordinator
     * @param transactionVersion {@code transaction.version} under which it was begun: 0, 1 or 2
     */
    Future<Void> completeTransaction(
            int partition,
            long producerId,
            short producerEpoch,
            int coordinatorEpoch,
            boolean commit,
            short transactionVersion);

    /** Has the coordinator's threads measured from now on. */
    void measure(GroupTimes times);

    /** What this node coordinates, counted now; does not make it coordinate anything. May take a millisecond. */
    GroupCounts counts();
}
