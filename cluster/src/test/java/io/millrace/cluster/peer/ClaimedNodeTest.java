package io.millrace.cluster.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.UpdateRaftVoterRequestData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClaimedNodeTest {

    private static final int NODE = 3;

    static Stream<ApiMessage> spokenAsNodeThree() {
        FetchRequestData replica = new FetchRequestData();
        replica.replicaState().setReplicaId(NODE);
        return Stream.of(
                vote(NODE),
                new BeginQuorumEpochRequestData()
                        .setTopics(List.of(new BeginQuorumEpochRequestData.TopicData()
                                .setPartitions(
                                        List.of(new BeginQuorumEpochRequestData.PartitionData().setLeaderId(NODE))))),
                new EndQuorumEpochRequestData()
                        .setTopics(List.of(new EndQuorumEpochRequestData.TopicData()
                                .setPartitions(
                                        List.of(new EndQuorumEpochRequestData.PartitionData().setLeaderId(NODE))))),
                replica,
                new FetchRequestData().setReplicaId(NODE),
                new FetchSnapshotRequestData().setReplicaId(NODE),
                new UpdateRaftVoterRequestData().setVoterId(NODE),
                new BrokerRegistrationRequestData().setBrokerId(NODE),
                new BrokerHeartbeatRequestData().setBrokerId(NODE),
                new AlterPartitionRequestData().setBrokerId(NODE),
                new AssignReplicasToDirsRequestData().setBrokerId(NODE),
                new AllocateProducerIdsRequestData().setBrokerId(NODE),
                new ListOffsetsRequestData().setReplicaId(NODE));
    }

    @ParameterizedTest
    @MethodSource("spokenAsNodeThree")
    void aRequestAsANodeMayOnlyComeFromThatNode(ApiMessage request) {
        assertThat(ClaimedNode.refusal(NODE, request)).isNull();
        assertThat(ClaimedNode.refusal(2, request)).contains("node 2").contains("as node 3");
    }

    @Test
    void oneOfSeveralClaimsThatIsWrongIsEnough() {
        VoteRequestData both = vote(2);
        both.topics().addAll(vote(NODE).topics());

        assertThat(ClaimedNode.refusal(2, both)).isNotNull();
        assertThat(ClaimedNode.refusal(NODE, both)).isNotNull();
    }

    @Test
    void anyNodeMayAskForItsClientsAndAdministrators() {
        assertThat(Stream.<ApiMessage>of(
                        new FetchRequestData(),
                        new ListOffsetsRequestData().setReplicaId(-1),
                        new ProduceRequestData(),
                        new CreateTopicsRequestData(),
                        new AddRaftVoterRequestData().setVoterId(NODE)))
                .allSatisfy(
                        request -> assertThat(ClaimedNode.refusal(2, request)).isNull());
    }

    @Test
    void whatIsNotInTheTableIsRefused() {
        assertThat(ClaimedNode.refusal(NODE, new JoinGroupRequestData())).contains("JOIN_GROUP");
    }

    private static VoteRequestData vote(int nodeId) {
        return new VoteRequestData()
                .setTopics(new ArrayList<>(List.of(new VoteRequestData.TopicData()
                        .setPartitions(List.of(new VoteRequestData.PartitionData().setReplicaId(nodeId))))));
    }
}
