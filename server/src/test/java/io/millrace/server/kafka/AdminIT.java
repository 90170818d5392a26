package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The official Java admin client against a real node. */
class AdminIT {

    @RegisterExtension
    static final AdminNode on = new AdminNode();

    @Test
    void aTopicIsCreatedListedDescribedAndDeleted() throws Exception {
        CreateTopicsResult created = on.admin()
                .createTopics(List.of(new NewTopic("orders", 3, (short) 1).configs(Map.of("retention.ms", "5000"))));
        Uuid id = created.topicId("orders").get();

        assertThat(created.numPartitions("orders").get()).isEqualTo(3);
        assertThat(created.config("orders").get().get("retention.ms").value()).isEqualTo("5000");
        assertThat(on.admin().listTopics().names().get()).contains("orders");
        TopicDescription description = on.admin()
                .describeTopics(List.of("orders"))
                .allTopicNames()
                .get()
                .get("orders");
        assertThat(description.topicId()).isEqualTo(id);
        assertThat(description.partitions()).hasSize(3).allSatisfy(partition -> {
            assertThat(partition.leader().port()).isEqualTo(on.node().port());
            assertThat(partition.isr()).hasSize(1);
        });
        assertThat(on.admin()
                        .describeTopics(TopicCollection.ofTopicIds(List.of(id)))
                        .allTopicIds()
                        .get()
                        .get(id)
                        .name())
                .isEqualTo("orders");

        on.admin().deleteTopics(List.of("orders")).all().get();
        assertThat(on.admin().listTopics().names().get()).doesNotContain("orders");
        assertFails(
                on.admin().describeTopics(List.of("orders")).allTopicNames(), UnknownTopicOrPartitionException.class);
    }

    @Test
    void aTopicThatIsCreatedAgainHasANewIdAndTheOldOneIsUnknown() throws Exception {
        Uuid first = create("again");
        on.admin()
                .deleteTopics(TopicCollection.ofTopicIds(List.of(first)))
                .all()
                .get();
        Uuid second = create("again");

        assertThat(second).isNotEqualTo(first);
        assertFails(
                on.admin()
                        .deleteTopics(TopicCollection.ofTopicIds(List.of(first)))
                        .all(),
                UnknownTopicIdException.class);
        assertThat(on.admin().listTopics().names().get()).contains("again");
    }

    @Test
    void whatIsWrongWithOneTopicDoesNotKeepOthersFromBeingCreated() throws Exception {
        create("there");
        Map<String, KafkaFuture<Void>> results = on.admin()
                .createTopics(List.of(
                        new NewTopic("right", Optional.empty(), Optional.empty()),
                        new NewTopic("there", 1, (short) 1),
                        new NewTopic("wrong name", 1, (short) 1),
                        new NewTopic("wrong-setting", 1, (short) 1).configs(Map.of("retention.mss", "1"))))
                .values();

        results.get("right").get();
        assertFails(results.get("there"), TopicExistsException.class);
        assertFails(results.get("wrong name"), InvalidTopicException.class);
        assertThatThrownBy(() -> results.get("wrong-setting").get())
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("retention.ms");
        assertThat(on.admin().listTopics().names().get()).contains("right").doesNotContain("wrong-setting");
    }

    @Test
    void validateOnlyChangesNothing() throws Exception {
        on.admin()
                .createTopics(List.of(new NewTopic("dry", 2, (short) 1)), new CreateTopicsOptions().validateOnly(true))
                .all()
                .get();

        assertThat(on.admin().listTopics().names().get()).doesNotContain("dry");
    }

    @Test
    void anAssignmentThatLeavesNoChoiceIsAccepted() throws Exception {
        on.admin()
                .createTopics(List.of(new NewTopic("assigned", Map.of(0, List.of(1), 1, List.of(1)))))
                .all()
                .get();

        assertThat(on.node()
                        .node()
                        .controller()
                        .image()
                        .topic("assigned")
                        .orElseThrow()
                        .partitions())
                .hasSize(2);
    }

    @Test
    void theSettingsOfATopicNameTheirSourceAndSynonyms() throws Exception {
        on.admin()
                .createTopics(List.of(new NewTopic("settings", 1, (short) 1).configs(Map.of("retention.ms", "7000"))))
                .all()
                .get();
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "settings");
        Config config = on.admin()
                .describeConfigs(
                        List.of(topic),
                        new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true))
                .all()
                .get()
                .get(topic);

        ConfigEntry own = config.get("retention.ms");
        assertThat(own.value()).isEqualTo("7000");
        assertThat(own.source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
        assertThat(own.type()).isEqualTo(ConfigEntry.ConfigType.LONG);
        assertThat(own.documentation()).isNotBlank();
        assertThat(own.synonyms()).extracting(ConfigEntry.ConfigSynonym::value).containsExactly("7000", "604800000");
        ConfigEntry inherited = config.get("cleanup.policy");
        assertThat(inherited.value()).isEqualTo("delete");
        assertThat(inherited.isDefault()).isTrue();
    }

    @Test
    void theSettingsOfTheBrokersFileAreReadOnlyAndThoseOfOthersAreNotKnownHere() throws Exception {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        Config config = on.admin().describeConfigs(List.of(broker)).all().get().get(broker);

        assertThat(config.get("log.retention.ms").value()).isEqualTo("604800000");
        assertThat(config.get("num.partitions").value()).isEqualTo("1");
        assertThat(config.entries())
                .filteredOn(entry -> !entry.isReadOnly())
                .extracting(ConfigEntry::name)
                .containsExactlyInAnyOrder(
                        "replication.catch.up.bytes.per.second", "node.drained", "min.insync.replicas");
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "nowhere");
        assertFails(on.admin().describeConfigs(List.of(topic)).all(), UnknownTopicOrPartitionException.class);
        ConfigResource metrics = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "m");
        assertFails(on.admin().describeConfigs(List.of(metrics)).all(), InvalidRequestException.class);
    }

    @Test
    void theClusterIsDescribed() throws Exception {
        DescribeClusterResult cluster =
                on.admin().describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));

        assertThat(cluster.nodes().get()).singleElement().satisfies(broker -> {
            assertThat(broker.id()).isEqualTo(1);
            assertThat(broker.host()).isEqualTo("127.0.0.1");
            assertThat(broker.port()).isEqualTo(on.node().port());
        });
        assertThat(cluster.controller().get().id()).isEqualTo(1);
        assertThat(cluster.clusterId().get()).hasSize(22);
        assertThat(cluster.authorizedOperations().get()).contains(AclOperation.CREATE, AclOperation.DESCRIBE);
    }

    @Test
    void everySpecialOffsetIsFound() throws Exception {
        create("offsets");
        TopicPartition partition = new TopicPartition("offsets", 0);
        try (KafkaProducer<String, String> producer = on.node().producer(Map.of())) {
            for (long timestamp : new long[] {1000, 3000, 2000}) {
                producer.send(new ProducerRecord<>("offsets", 0, timestamp, null, "v"))
                        .get();
            }
        }

        assertThat(offset(partition, OffsetSpec.earliest()).offset()).isZero();
        assertThat(offset(partition, OffsetSpec.latest()).offset()).isEqualTo(3);
        assertThat(offset(partition, OffsetSpec.maxTimestamp()).offset()).isEqualTo(1);
        assertThat(offset(partition, OffsetSpec.maxTimestamp()).timestamp()).isEqualTo(3000);
        assertThat(offset(partition, OffsetSpec.earliestLocal()).offset()).isZero();
        assertThat(offset(partition, OffsetSpec.latestTiered()).offset()).isEqualTo(-1);
        assertThat(offset(partition, OffsetSpec.forTimestamp(1500)).offset()).isEqualTo(1);
        assertThat(offset(partition, OffsetSpec.forTimestamp(5000)).offset()).isEqualTo(-1);
    }

    private static ListOffsetsResultInfo offset(TopicPartition partition, OffsetSpec spec) throws Exception {
        return on.admin()
                .listOffsets(Map.of(partition, spec))
                .partitionResult(partition)
                .get();
    }

    private static Uuid create(String name) throws Exception {
        return on.admin()
                .createTopics(List.of(new NewTopic(name, 1, (short) 1)))
                .topicId(name)
                .get();
    }

    private static void assertFails(KafkaFuture<?> future, Class<? extends Throwable> with) {
        assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(with);
    }
}
