package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the Admin client does with groups, and what nobody may do with the topic in which they lie. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class GroupAdminIT {

    private static final String OFFSETS = "__consumer_offsets";
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    static Path directory;

    private static GroupTestNode node;
    private static Admin admin;

    @BeforeAll
    static void startNode() {
        node = new GroupTestNode(directory);
        admin = node.node().admin();
    }

    @AfterAll
    static void stopNode() {
        admin.close();
        node.close();
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(15, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void groupsAreListedDescribedAndDeletedWhenTheyAreEmpty(String protocol) throws Exception {
        String group = "described-" + protocol;
        String topic = "of-" + group;
        node.node().createTopic(topic, 2);
        node.produce(topic, 2, 0, 10);
        Set<String> seen = GroupMember.seen();
        GroupType type = GroupType.parse(protocol);
        try (GroupMember member = node.member(group, protocol, topic, seen, Map.of("client.id", "watched"))) {
            await().atMost(PATIENCE).until(() -> seen.size() == 10);
            // The member reads what it was assigned before the coordinator knows that it has taken it.
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(described(group).groupState()).isEqualTo(GroupState.STABLE));

            assertThat(get(admin.listGroups(new ListGroupsOptions().withTypes(Set.of(type)))
                            .all()))
                    .contains(new GroupListing(group, Optional.of(type), "consumer", Optional.of(GroupState.STABLE)));
            ConsumerGroupDescription described = described(group);
            assertThat(described.type()).isEqualTo(type);
            assertThat(described.coordinator().port()).isEqualTo(node.node().port());
            MemberDescription only = described.members().iterator().next();
            assertThat(only.clientId()).isEqualTo("watched");
            assertThat(only.host()).isEqualTo("/127.0.0.1");
            assertThat(only.assignment().topicPartitions()).isEqualTo(member.assignment());
            assertThatThrownBy(
                            () -> get(admin.deleteConsumerGroups(List.of(group)).all()))
                    .hasCauseInstanceOf(GroupNotEmptyException.class);
            assertThatThrownBy(() -> get(admin.deleteConsumerGroupOffsets(group, Set.of(new TopicPartition(topic, 0)))
                            .all()))
                    .hasCauseInstanceOf(GroupSubscribedToTopicException.class);
        }

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(described(group).groupState()).isEqualTo(GroupState.EMPTY));
        get(admin.deleteConsumerGroups(List.of(group)).all());
        assertThatThrownBy(() -> described(group)).hasCauseInstanceOf(GroupIdNotFoundException.class);
        assertThat(get(admin.listGroups().all()))
                .extracting(GroupListing::groupId)
                .doesNotContain(group);
    }

    private static ConsumerGroupDescription described(String group) throws Exception {
        return get(
                admin.describeConsumerGroups(List.of(group)).describedGroups().get(group));
    }

    @Test
    void offsetsAreSetListedAndDeletedWithoutMembers() throws Exception {
        node.node().createTopic("reset", 3);
        TopicPartition first = new TopicPartition("reset", 0);
        TopicPartition second = new TopicPartition("reset", 1);
        get(admin.alterConsumerGroupOffsets(
                        "resetters",
                        Map.of(
                                first, new OffsetAndMetadata(17, Optional.of(0), "a note"),
                                second, new OffsetAndMetadata(4)))
                .all());
        get(admin.alterConsumerGroupOffsets("others", Map.of(first, new OffsetAndMetadata(1)))
                .all());

        Map<String, Map<TopicPartition, OffsetAndMetadata>> both = get(admin.listConsumerGroupOffsets(
                        Map.of(
                                "resetters",
                                new ListConsumerGroupOffsetsSpec(),
                                "others",
                                new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(first, second))),
                        new ListConsumerGroupOffsetsOptions().requireStable(true))
                .all());
        assertThat(both.get("resetters").get(first)).isEqualTo(new OffsetAndMetadata(17, Optional.of(0), "a note"));
        assertThat(both.get("resetters").get(second).offset()).isEqualTo(4);
        assertThat(both.get("others").get(first).offset()).isEqualTo(1);
        assertThat(both.get("others").get(second)).isNull();

        get(admin.deleteConsumerGroupOffsets("resetters", Set.of(first)).all());
        assertThat(get(admin.listConsumerGroupOffsets("resetters").partitionsToOffsetAndMetadata()))
                .containsOnlyKeys(second);
    }

    @Test
    void offsetsOfADeletedTopicAreForgotten() throws Exception {
        node.node().createTopic("passing", 1);
        TopicPartition partition = new TopicPartition("passing", 0);
        get(admin.alterConsumerGroupOffsets("mourners", Map.of(partition, new OffsetAndMetadata(3)))
                .all());

        get(admin.deleteTopics(List.of("passing")).all());

        await().ignoreExceptions()
                .until(() -> get(admin.listConsumerGroupOffsets("mourners").partitionsToOffsetAndMetadata())
                        .isEmpty());
    }

    @Test
    void theTopicOfGroupsIsInternalAndSafeFromClients() throws Exception {
        assertThat(get(admin.describeTopics(List.of(OFFSETS)).allTopicNames())
                        .get(OFFSETS)
                        .isInternal())
                .isTrue();
        assertThat(get(admin.listTopics().names())).doesNotContain(OFFSETS);
        assertThatThrownBy(() -> get(admin.deleteTopics(List.of(OFFSETS)).all()))
                .hasCauseInstanceOf(PolicyViolationException.class);
        try (KafkaProducer<String, String> producer = node.node().producer(Map.of())) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>(OFFSETS, "key", "value"))
                            .get(15, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(InvalidTopicException.class);
        }
    }
}
