package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the official Java admin client can ask about the cluster, and change, of a node that is alone. */
class ClusterAdminIT {

    private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");
    private static final String RATE = "replication.catch.up.bytes.per.second";

    @RegisterExtension
    static final AdminNode on = new AdminNode();

    @Test
    void partitionsAreAddedAndNeverTakenAway() throws Exception {
        on.node().createTopic("growing", 1);

        on.admin()
                .createPartitions(Map.of("growing", NewPartitions.increaseTo(3, List.of(List.of(1), List.of(1)))))
                .all()
                .get();

        assertThat(on.admin()
                        .describeTopics(List.of("growing"))
                        .allTopicNames()
                        .get()
                        .get("growing")
                        .partitions())
                .hasSize(3);
        assertFails(
                on.admin()
                        .createPartitions(Map.of("growing", NewPartitions.increaseTo(2)))
                        .all(),
                InvalidPartitionsException.class);
        assertFails(
                on.admin()
                        .createPartitions(Map.of("growing", NewPartitions.increaseTo(5, List.of(List.of(1)))))
                        .all(),
                InvalidReplicaAssignmentException.class);
        assertFails(
                on.admin()
                        .createPartitions(Map.of("nowhere", NewPartitions.increaseTo(2)))
                        .all(),
                UnknownTopicOrPartitionException.class);
    }

    @Test
    void anAssignmentToANodeThatIsNotThereIsRefused() {
        assertFails(
                on.admin()
                        .createTopics(List.of(new NewTopic("elsewhere", Map.of(0, List.of(7)))))
                        .all(),
                InvalidReplicaAssignmentException.class);
    }

    @Test
    void settingsOfATopicAreSetExtendedAndTakenBack() throws Exception {
        on.node().createTopic("settings", 1);
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "settings");

        on.alter(topic, "retention.ms", OpType.SET, "1000");
        on.alter(topic, "cleanup.policy", OpType.APPEND, "compact");
        assertThat(value(topic, "retention.ms")).isEqualTo("1000");
        assertThat(value(topic, "cleanup.policy")).isEqualTo("delete,compact");

        on.alter(topic, "cleanup.policy", OpType.SUBTRACT, "delete");
        on.alter(topic, "retention.ms", OpType.DELETE, null);
        assertThat(value(topic, "cleanup.policy")).isEqualTo("compact");
        assertThat(value(topic, "retention.ms")).isEqualTo("604800000");

        assertThatThrownBy(() -> on.alter(topic, "retention.ms", OpType.SET, "soon"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> on.alter(topic, "retention.ms", OpType.APPEND, "5"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void theRateForCatchingUpHoldsForTheWholeCluster() throws Exception {
        on.alter(CLUSTER, RATE, OpType.SET, "5000000");
        assertThat(value(CLUSTER, RATE)).isEqualTo("5000000");
        on.alter(CLUSTER, RATE, OpType.DELETE, null);
        assertThat(on.describe(CLUSTER).get(RATE)).isNull();

        assertThatThrownBy(() -> on.alter(CLUSTER, RATE, OpType.SET, "0"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> on.alter(CLUSTER, "log.retention.ms", OpType.SET, "1"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> on.alter(
                        new ConfigResource(ConfigResource.Type.BROKER, "1"), "log.retention.ms", OpType.SET, "1"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void reassignmentsThatCannotBeAreRefusedEachByItself() throws Exception {
        on.node().createTopic("staying", 2);
        TopicPartition first = new TopicPartition("staying", 0);
        TopicPartition second = new TopicPartition("staying", 1);
        TopicPartition unknown = new TopicPartition("nowhere", 0);

        Map<TopicPartition, KafkaFuture<Void>> results = on.admin()
                .alterPartitionReassignments(Map.of(
                        first, Optional.of(new NewPartitionReassignment(List.of(9))),
                        second, Optional.empty(),
                        unknown, Optional.of(new NewPartitionReassignment(List.of(1)))))
                .values();

        assertFails(results.get(first), InvalidReplicaAssignmentException.class);
        assertFails(results.get(second), NoReassignmentInProgressException.class);
        assertFails(results.get(unknown), UnknownTopicOrPartitionException.class);
        assertThat(on.admin().listPartitionReassignments().reassignments().get())
                .isEmpty();
    }

    @Test
    void anElectionThatIsNotNeededIsSaidToBeSo() throws Exception {
        on.node().createTopic("led", 1);
        TopicPartition led = new TopicPartition("led", 0);
        TopicPartition unknown = new TopicPartition("led", 5);

        Map<TopicPartition, Optional<Throwable>> results = on.admin()
                .electLeaders(ElectionType.PREFERRED, Set.of(led, unknown))
                .partitions()
                .get();

        assertThat(results.get(led)).get().isInstanceOf(ElectionNotNeededException.class);
        assertThat(results.get(unknown)).get().isInstanceOf(UnknownTopicOrPartitionException.class);
        assertThat(on.admin()
                        .electLeaders(ElectionType.PREFERRED, null)
                        .partitions()
                        .get())
                .isEmpty();
    }

    @Test
    void theQuorumIsDescribed() throws Exception {
        QuorumInfo quorum = on.admin().describeMetadataQuorum().quorumInfo().get();

        assertThat(quorum.leaderId()).isEqualTo(1);
        assertThat(quorum.highWatermark()).isPositive();
        assertThat(quorum.voters()).singleElement().satisfies(voter -> {
            assertThat(voter.replicaId()).isEqualTo(1);
            assertThat(voter.logEndOffset()).isPositive();
        });
        assertThat(quorum.nodes()).containsKey(1);
    }

    @Test
    void aNodeThatIsAliveOrUnknownCannotBeForgotten() {
        assertFails(on.admin().unregisterBroker(1).all(), InvalidRequestException.class);
        assertFails(on.admin().unregisterBroker(9).all(), BrokerIdNotRegisteredException.class);
    }

    private static String value(ConfigResource resource, String name) throws Exception {
        return on.describe(resource).get(name).value();
    }

    private static void assertFails(KafkaFuture<?> future, Class<? extends Throwable> with) {
        assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(with);
    }
}
