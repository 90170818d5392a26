package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the official Java admin client can ask about the cluster, and change, of a node that is alone. */
class ClusterAdminIT {

    private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");
    private static final String RATE = "replication.catch.up.bytes.per.second";

    @TempDir
    static Path directory;

    private static KafkaTestNode node;
    private static Admin admin;

    @BeforeAll
    static void startNode() {
        node = KafkaTestNode.start(directory);
        admin = node.admin();
    }

    @AfterAll
    static void stopNode() {
        admin.close();
        node.close();
    }

    @Test
    void partitionsAreAddedAndNeverTakenAway() throws Exception {
        node.createTopic("growing", 1);

        admin.createPartitions(Map.of("growing", NewPartitions.increaseTo(3, List.of(List.of(1), List.of(1)))))
                .all()
                .get();

        assertThat(admin.describeTopics(List.of("growing"))
                        .allTopicNames()
                        .get()
                        .get("growing")
                        .partitions())
                .hasSize(3);
        assertFails(
                admin.createPartitions(Map.of("growing", NewPartitions.increaseTo(2)))
                        .all(),
                InvalidPartitionsException.class);
        assertFails(
                admin.createPartitions(Map.of("growing", NewPartitions.increaseTo(5, List.of(List.of(1)))))
                        .all(),
                InvalidReplicaAssignmentException.class);
        assertFails(
                admin.createPartitions(Map.of("nowhere", NewPartitions.increaseTo(2)))
                        .all(),
                UnknownTopicOrPartitionException.class);
    }

    @Test
    void anAssignmentToANodeThatIsNotThereIsRefused() {
        assertFails(
                admin.createTopics(List.of(new NewTopic("elsewhere", Map.of(0, List.of(7)))))
                        .all(),
                InvalidReplicaAssignmentException.class);
    }

    @Test
    void settingsOfATopicAreSetExtendedAndTakenBack() throws Exception {
        node.createTopic("settings", 1);
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "settings");

        alter(topic, "retention.ms", OpType.SET, "1000");
        alter(topic, "cleanup.policy", OpType.APPEND, "compact");
        assertThat(value(topic, "retention.ms")).isEqualTo("1000");
        assertThat(value(topic, "cleanup.policy")).isEqualTo("delete,compact");

        alter(topic, "cleanup.policy", OpType.SUBTRACT, "delete");
        alter(topic, "retention.ms", OpType.DELETE, null);
        assertThat(value(topic, "cleanup.policy")).isEqualTo("compact");
        assertThat(value(topic, "retention.ms")).isEqualTo("604800000");

        assertThatThrownBy(() -> alter(topic, "retention.ms", OpType.SET, "soon"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> alter(topic, "retention.ms", OpType.APPEND, "5"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void theRateForCatchingUpHoldsForTheWholeCluster() throws Exception {
        alter(CLUSTER, RATE, OpType.SET, "5000000");
        assertThat(value(CLUSTER, RATE)).isEqualTo("5000000");
        alter(CLUSTER, RATE, OpType.DELETE, null);
        assertThat(describe(CLUSTER).get(RATE)).isNull();

        assertThatThrownBy(() -> alter(CLUSTER, RATE, OpType.SET, "0"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> alter(CLUSTER, "log.retention.ms", OpType.SET, "1"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() ->
                        alter(new ConfigResource(ConfigResource.Type.BROKER, "1"), "log.retention.ms", OpType.SET, "1"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void reassignmentsThatCannotBeAreRefusedEachByItself() throws Exception {
        node.createTopic("staying", 2);
        TopicPartition first = new TopicPartition("staying", 0);
        TopicPartition second = new TopicPartition("staying", 1);
        TopicPartition unknown = new TopicPartition("nowhere", 0);

        Map<TopicPartition, KafkaFuture<Void>> results = admin.alterPartitionReassignments(Map.of(
                        first, Optional.of(new NewPartitionReassignment(List.of(9))),
                        second, Optional.empty(),
                        unknown, Optional.of(new NewPartitionReassignment(List.of(1)))))
                .values();

        assertFails(results.get(first), InvalidReplicaAssignmentException.class);
        assertFails(results.get(second), NoReassignmentInProgressException.class);
        assertFails(results.get(unknown), UnknownTopicOrPartitionException.class);
        assertThat(admin.listPartitionReassignments().reassignments().get()).isEmpty();
    }

    @Test
    void anElectionThatIsNotNeededIsSaidToBeSo() throws Exception {
        node.createTopic("led", 1);
        TopicPartition led = new TopicPartition("led", 0);
        TopicPartition unknown = new TopicPartition("led", 5);

        Map<TopicPartition, Optional<Throwable>> results = admin.electLeaders(
                        ElectionType.PREFERRED, Set.of(led, unknown))
                .partitions()
                .get();

        assertThat(results.get(led)).get().isInstanceOf(ElectionNotNeededException.class);
        assertThat(results.get(unknown)).get().isInstanceOf(UnknownTopicOrPartitionException.class);
        assertThat(admin.electLeaders(ElectionType.PREFERRED, null).partitions().get())
                .isEmpty();
    }

    @Test
    void theQuorumIsDescribed() throws Exception {
        QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get();

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
        assertFails(admin.unregisterBroker(1).all(), InvalidRequestException.class);
        assertFails(admin.unregisterBroker(9).all(), BrokerIdNotRegisteredException.class);
    }

    private static void alter(ConfigResource resource, String name, OpType operation, String value) throws Exception {
        Collection<AlterConfigOp> changes = List.of(new AlterConfigOp(new ConfigEntry(name, value), operation));
        admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
    }

    private static String value(ConfigResource resource, String name) throws Exception {
        return describe(resource).get(name).value();
    }

    private static Config describe(ConfigResource resource) throws Exception {
        return admin.describeConfigs(List.of(resource)).all().get().get(resource);
    }

    private static void assertFails(KafkaFuture<?> future, Class<? extends Throwable> with) {
        assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(with);
    }
}
