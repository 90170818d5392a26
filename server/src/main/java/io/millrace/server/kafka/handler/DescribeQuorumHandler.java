package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.ClusterStatus;
import io.millrace.cluster.metadata.ClusterStatus.QuorumMember;
import io.millrace.cluster.peer.KafkaIds;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Listener;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ListenerCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Node;
import org.apache.kafka.common.message.DescribeQuorumResponseData.NodeCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.message.DescribeQuorumResponseData.TopicData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeQuorumRequest;

/** Describes the metadata quorum (KIP-836, KIP-853). */
final class DescribeQuorumHandler implements ApiHandler<DescribeQuorumRequest> {

    private static final String TOPIC = "__cluster_metadata";
    private static final String LISTENER = "PEER";

    /** The first version with directory ids and the addresses of nodes. */
    private static final int WITH_NODES = 2;

    private final ClusterAdmin admin;

    DescribeQuorumHandler(ClusterAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_QUORUM;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<DescribeQuorumRequest> request) {
        return admin.status().map(status -> {
            DescribeQuorumResponseData response = new DescribeQuorumResponseData().setErrorMessage(null);
            for (DescribeQuorumRequestData.TopicData topic :
                    request.body().data().topics()) {
                response.topics()
                        .add(new TopicData()
                                .setTopicName(topic.topicName())
                                .setPartitions(topic.partitions().stream()
                                        .map(asked -> partition(topic.topicName(), asked.partitionIndex(), status))
                                        .toList()));
            }
            if (request.version() >= WITH_NODES) {
                response.setNodes(nodes(status));
            } else {
                withoutDirectories(response);
            }
            return ApiResponse.of(response);
        });
    }

    private static PartitionData partition(String topic, int number, ClusterStatus status) {
        PartitionData row = new PartitionData().setPartitionIndex(number).setErrorMessage(null);
        if (!topic.equals(TOPIC) || number != 0) {
            return row.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
                    .setErrorMessage("The quorum has one log, partition 0 of " + TOPIC + ".");
        }
        return row.setLeaderId(status.quorum().leaderId())
                .setLeaderEpoch(status.quorum().epoch())
                .setHighWatermark(status.quorum().highWatermark())
                .setCurrentVoters(replicas(status.quorum().voters()))
                .setObservers(replicas(status.quorum().observers()));
    }

    private static void withoutDirectories(DescribeQuorumResponseData response) {
        for (TopicData topic : response.topics()) {
            for (PartitionData partition : topic.partitions()) {
                partition.currentVoters().forEach(voter -> voter.setReplicaDirectoryId(Uuid.ZERO_UUID));
                partition.observers().forEach(observer -> observer.setReplicaDirectoryId(Uuid.ZERO_UUID));
            }
        }
    }

    private static List<ReplicaState> replicas(List<QuorumMember> members) {
        return members.stream()
                .map(member -> new ReplicaState()
                        .setReplicaId(member.nodeId())
                        .setReplicaDirectoryId(KafkaIds.toKafka(member.directoryId()))
                        .setLogEndOffset(member.logEndOffset())
                        .setLastCaughtUpTimestamp(member.lastCaughtUpMs()))
                .toList();
    }

    /** Where other nodes find the voters; clients go to the addresses of Metadata. */
    private static NodeCollection nodes(ClusterStatus status) {
        NodeCollection nodes = new NodeCollection();
        // A node whose disk was replaced is there twice for a while, and clients do not bear that: as a voter that is
        // gone, and as one
        // that is to become a voter.
        Set<Integer> seen = new HashSet<>();
        Stream.of(status.quorum().voters(), status.quorum().observers())
                .flatMap(List::stream)
                .filter(member -> member.address() != null && seen.add(member.nodeId()))
                .forEach(member -> {
                    ListenerCollection listeners = new ListenerCollection();
                    listeners.add(new Listener()
                            .setName(LISTENER)
                            .setHost(member.address().host())
                            .setPort(member.address().port()));
                    nodes.add(new Node().setNodeId(member.nodeId()).setListeners(listeners));
                });
        return nodes;
    }
}
