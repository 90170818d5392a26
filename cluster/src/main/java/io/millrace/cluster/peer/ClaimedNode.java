package io.millrace.cluster.peer;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.UpdateRaftVoterRequestData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * As which node the sender of a request speaks: a table of all APIs between nodes, for whoever knows from a certificate which node it is.
 * What is not in the table is not to be carried out.
 *
 * <p>Some requests speak for nobody: what a node asks because an administrator or a client asked it.
 */
public final class ClaimedNode {

    /** What a Fetch or ListOffsets for a client has instead of a node. */
    private static final int CLIENT = -1;

    private static final Map<ApiKeys, Function<ApiMessage, IntStream>> CLAIMS = new EnumMap<>(ApiKeys.class);

    static {
        claim(
                ApiKeys.VOTE,
                VoteRequestData.class,
                vote -> vote.topics().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .mapToInt(VoteRequestData.PartitionData::replicaId));
        claim(
                ApiKeys.BEGIN_QUORUM_EPOCH,
                BeginQuorumEpochRequestData.class,
                begin -> begin.topics().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .mapToInt(BeginQuorumEpochRequestData.PartitionData::leaderId));
        claim(
                ApiKeys.END_QUORUM_EPOCH,
                EndQuorumEpochRequestData.class,
                end -> end.topics().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .mapToInt(EndQuorumEpochRequestData.PartitionData::leaderId));
        claim(
                ApiKeys.FETCH,
                FetchRequestData.class,
                fetch -> unlessClient(fetch.replicaId(), fetch.replicaState().replicaId()));
        claim(ApiKeys.FETCH_SNAPSHOT, FetchSnapshotRequestData.class, fetch -> IntStream.of(fetch.replicaId()));
        claim(ApiKeys.UPDATE_RAFT_VOTER, UpdateRaftVoterRequestData.class, update -> IntStream.of(update.voterId()));
        claim(
                ApiKeys.BROKER_REGISTRATION,
                BrokerRegistrationRequestData.class,
                registration -> IntStream.of(registration.brokerId()));
        claim(
                ApiKeys.BROKER_HEARTBEAT,
                BrokerHeartbeatRequestData.class,
                heartbeat -> IntStream.of(heartbeat.brokerId()));
        claim(ApiKeys.ALTER_PARTITION, AlterPartitionRequestData.class, alter -> IntStream.of(alter.brokerId()));
        claim(
                ApiKeys.ASSIGN_REPLICAS_TO_DIRS,
                AssignReplicasToDirsRequestData.class,
                assign -> IntStream.of(assign.brokerId()));
        claim(
                ApiKeys.ALLOCATE_PRODUCER_IDS,
                AllocateProducerIdsRequestData.class,
                allocate -> IntStream.of(allocate.brokerId()));
        claim(ApiKeys.LIST_OFFSETS, ListOffsetsRequestData.class, list -> unlessClient(list.replicaId()));
        claim(
                ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                OffsetForLeaderEpochRequestData.class,
                epochs -> unlessClient(epochs.replicaId()));

        for (ApiKeys forOthers : new ApiKeys[] {
            ApiKeys.API_VERSIONS,
            ApiKeys.DESCRIBE_QUORUM,
            ApiKeys.ADD_RAFT_VOTER,
            ApiKeys.REMOVE_RAFT_VOTER,
            ApiKeys.DESCRIBE_LOG_DIRS,
            ApiKeys.UNREGISTER_BROKER,
            ApiKeys.CREATE_TOPICS,
            ApiKeys.DELETE_TOPICS,
            ApiKeys.CREATE_PARTITIONS,
            ApiKeys.INCREMENTAL_ALTER_CONFIGS,
            ApiKeys.ELECT_LEADERS,
            ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
            ApiKeys.LIST_PARTITION_REASSIGNMENTS,
            ApiKeys.PRODUCE,
            ApiKeys.DELETE_RECORDS,
            ApiKeys.WRITE_TXN_MARKERS,
            ApiKeys.ADD_PARTITIONS_TO_TXN,
            ApiKeys.CONSUMER_GROUP_HEARTBEAT,
            ApiKeys.LEAVE_GROUP,
            ApiKeys.OFFSET_COMMIT,
            ApiKeys.OFFSET_FETCH,
            ApiKeys.ALTER_CLIENT_QUOTAS,
            ApiKeys.UPDATE_FEATURES,
            ApiKeys.INITIALIZE_SHARE_GROUP_STATE,
            ApiKeys.READ_SHARE_GROUP_STATE,
            ApiKeys.WRITE_SHARE_GROUP_STATE,
            ApiKeys.DELETE_SHARE_GROUP_STATE,
            ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY
        }) {
            CLAIMS.put(forOthers, request -> IntStream.empty());
        }
    }

    private ClaimedNode() {}

    private static <R extends ApiMessage> void claim(ApiKeys api, Class<R> type, Function<R, IntStream> nodes) {
        CLAIMS.put(api, request -> nodes.apply(type.cast(request)));
    }

    private static IntStream unlessClient(int... replicaIds) {
        return IntStream.of(replicaIds).filter(id -> id != CLIENT);
    }

    /** Whether it is known of an API as whom its requests speak. */
    public static boolean isKnown(ApiKeys api) {
        return CLAIMS.containsKey(api);
    }

    /**
     * Why a node must not send a request, null if it may.
     *
     * @param sender the node that its certificate names
     */
    public static String refusal(int sender, ApiMessage request) {
        ApiKeys api = ApiKeys.forId(request.apiKey());
        Function<ApiMessage, IntStream> claims = CLAIMS.get(api);
        if (claims == null) {
            return "it is not known as whom " + api + " speaks (a bug in this server)";
        }
        return claims.apply(request)
                .filter(claimed -> claimed != sender)
                .mapToObj(claimed ->
                        "the certificate of node " + sender + " was used for a request " + api + " as node " + claimed)
                .findFirst()
                .orElse(null);
    }
}
