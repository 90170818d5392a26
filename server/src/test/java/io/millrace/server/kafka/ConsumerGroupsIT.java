package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock consumers of both group protocols, at one node. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class ConsumerGroupsIT {

    private static final int PARTITIONS = 6;

    /** For a new assignment after a member has been silent for its whole session, on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    static Path directory;

    private static GroupTestNode node;

    @BeforeAll
    static void startNode() {
        node = new GroupTestNode(directory.resolve("shared"));
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "cooperative", "consumer"})
    void membersThatJoinLeaveAndCrashShareAllPartitionsAndSkipNoRecord(String protocol) {
        String topic = "shared-" + protocol;
        node.node().createTopic(topic, PARTITIONS);
        Set<String> seen = GroupMember.seen();
        List<GroupMember> members = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                members.add(node.member("shared-" + protocol, protocol, topic, seen, Map.of()));
            }
            node.produce(topic, PARTITIONS, 0, 300);
            awaitShares(members, 2);
            members.remove(0).leave();
            node.produce(topic, PARTITIONS, 300, 300);
            awaitShares(members, 3);
            members.remove(0).crash();
            node.produce(topic, PARTITIONS, 600, 300);
            awaitShares(members, 6);
            int before = members.get(0).revocations();
            members.add(node.member("shared-" + protocol, protocol, topic, seen, Map.of()));
            awaitShares(members, 3);
            if (!protocol.equals("classic")) {
                assertThat(members.get(0).revocations() - before)
                        .as("what stays is not taken away")
                        .isEqualTo(3);
            }

            await().atMost(PATIENCE).until(() -> seen.size() == 900);
        } finally {
            members.forEach(GroupMember::close);
        }
    }

    private static void awaitShares(List<GroupMember> members, int partitions) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(members).allSatisfy(each -> {
                assertThat(each.failure()).isNull();
                assertThat(each.assignment()).hasSize(partitions);
            });
            assertThat(members.stream().flatMap(each -> each.assignment().stream()))
                    .doesNotHaveDuplicates()
                    .hasSize(PARTITIONS);
        });
    }

    /** Trap 35. */
    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aStaticMemberThatComesBackInTimeGetsItsPartitionsAndDisturbsNobody(String protocol) {
        String topic = "static-" + protocol;
        String group = topic;
        node.node().createTopic(topic, 4);
        Set<String> seen = GroupMember.seen();
        Map<String, String> patient = protocol.equals("classic") ? Map.of("session.timeout.ms", "60000") : Map.of();
        node.waitLongInGroup(group);
        GroupMember other = node.member(group, protocol, topic, seen, named("other", patient));
        GroupMember first = node.member(group, protocol, topic, seen, named("wanderer", patient));
        await().atMost(PATIENCE)
                .until(() ->
                        first.assignment().size() == 2 && other.assignment().size() == 2);
        Set<TopicPartition> before = first.assignment();
        int revocations = other.revocations();
        first.crash();

        GroupMember second = node.member(group, protocol, topic, seen, named("wanderer", patient));
        await().atMost(PATIENCE).until(() -> second.assignment().equals(before));

        assertThat(other.revocations()).isEqualTo(revocations);
        try (GroupMember usurper = node.member(group, protocol, topic, seen, named("wanderer", patient))) {
            if (protocol.equals("classic")) {
                await().atMost(PATIENCE).until(() -> second.failure() instanceof FencedInstanceIdException);
            } else {
                await().atMost(PATIENCE).until(() -> usurper.failure() instanceof UnreleasedInstanceIdException);
            }
        } finally {
            second.close();
            other.close();
        }
    }

    private static Map<String, String> named(String instance, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.put("group.instance.id", instance);
        return all;
    }

    /** Trap 37: the server matches, with its knowledge of the topics. */
    @Test
    void aPatternIsMatchedByTheServer() {
        node.node().createTopic("pattern-one", 1);
        node.node().createTopic("pattern-two", 1);
        node.node().createTopic("patterns", 1);
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                node.settings("patterns", "consumer", Map.of()), new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(new SubscriptionPattern("pattern-.*"));

            await().atMost(PATIENCE)
                    .until(() -> polled(consumer)
                            .equals(Set.of(
                                    new TopicPartition("pattern-one", 0), new TopicPartition("pattern-two", 0))));
        }
    }

    @Test
    void aPatternThatWouldTakeAllOfTheNodesMemoryIsRefused() {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                node.settings("huge", "consumer", Map.of()), new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(new SubscriptionPattern("((a{1000}){1000}){1000}"));

            await().untilAsserted(() -> assertThatThrownBy(() -> consumer.poll(Duration.ofMillis(50)))
                    .isInstanceOf(InvalidRegularExpression.class)
                    .hasMessageContaining("too large"));
        }
    }

    private static Set<TopicPartition> polled(KafkaConsumer<?, ?> consumer) {
        consumer.poll(Duration.ofMillis(50));
        return consumer.assignment();
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void committedOffsetsSurviveARestart(String protocol) throws Exception {
        Path own = directory.resolve("restarted-" + protocol);
        TopicPartition partition = new TopicPartition("kept", 0);
        try (GroupTestNode before = new GroupTestNode(own)) {
            before.node().createTopic("kept", 1);
            before.produce("kept", 1, 0, 100);
            Set<String> seen = GroupMember.seen();
            try (GroupMember member = before.member("keepers", protocol, "kept", seen, Map.of())) {
                await().atMost(PATIENCE).until(() -> seen.size() == 100);
                try (Admin admin = before.node().admin()) {
                    await().atMost(PATIENCE).until(() -> committed(admin, partition) == 100);
                }
            }
        }
        try (GroupTestNode after = new GroupTestNode(own)) {
            try (Admin admin = after.node().admin()) {
                assertThat(committed(admin, partition)).isEqualTo(100);
            }
            after.produce("kept", 1, 100, 10);
            Set<String> seen = GroupMember.seen();
            try (GroupMember member = after.member("keepers", protocol, "kept", seen, Map.of())) {
                await().atMost(PATIENCE).until(() -> seen.size() == 10);
                assertThat(seen).allMatch(value -> Integer.parseInt(value) >= 100);
            }
        }
    }

    private static long committed(Admin admin, TopicPartition partition) throws Exception {
        OffsetAndMetadata offset = admin.listConsumerGroupOffsets("keepers")
                .partitionsToOffsetAndMetadata()
                .get(10, TimeUnit.SECONDS)
                .get(partition);
        return offset == null ? -1 : offset.offset();
    }

    @Test
    void aNodeWithoutGroupsHasNoThreadsForThemAndOneWithGroupsHasFew() {
        try (KafkaTestNode idle = KafkaTestNode.start(directory.resolve("idle"))) {
            idle.createTopic("quiet", 1);
            assertThat(idle.node().controller().image().topic("__consumer_offsets"))
                    .isEmpty();
        }
        List<String> threads = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains("group") && !name.startsWith("group-member"))
                .filter(name -> !name.contains("kafka-coordinator-heartbeat"))
                .toList();
        assertThat(threads).isNotEmpty().allMatch(name -> name.startsWith("millrace-groups-"));
        assertThat(threads).hasSizeLessThanOrEqualTo(4 + 5);
        assertThat(Stream.of("event-", "timer", "clock"))
                .allSatisfy(kind -> assertThat(threads).anyMatch(name -> name.contains(kind)));
    }
}
