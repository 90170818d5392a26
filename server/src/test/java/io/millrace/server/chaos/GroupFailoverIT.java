package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.server.kafka.GroupMember;
import io.millrace.server.kafka.RawGroupMember;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * T35: three nodes, a group of each protocol that consumes without a break, and the node that coordinates a group is killed. Another one
 * goes on where it was: no acknowledged record is skipped, no committed offset is lost, and a member of an old generation commits nothing.
 */
class GroupFailoverIT {

    private static final String TOPIC = "flow";
    private static final int PARTITIONS = 6;
    private static final List<String> PROTOCOLS = List.of("classic", "consumer");

    @TempDir
    Path directory;

    private ClusterProcesses cluster;
    private Admin admin;

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void groupsOutliveTheNodeThatCoordinatesThem() throws Exception {
        try (ClusterProcesses processes = new ClusterProcesses(
                directory,
                3,
                "groups.initialRebalanceDelayMs=0",
                "groups.consumerSessionTimeoutMs=6000",
                "groups.consumerHeartbeatIntervalMs=500")) {
            cluster = processes;
            cluster.startAll();
            admin = Admin.create(client());
            try (ClusterView view = new ClusterView(cluster.bootstrapServers(), TOPIC)) {
                view.createTopic(PARTITIONS, 3, 2);
                admin.createTopics(List.of(new NewTopic("traps", 1, (short) 3)))
                        .all()
                        .get(20, TimeUnit.SECONDS);
                consumeThroughADeath();
            } finally {
                admin.close();
            }
        }
    }

    private void consumeThroughADeath() throws Exception {
        Map<String, Set<String>> seen = new HashMap<>();
        List<GroupMember> members = new ArrayList<>();
        Flow flow = new Flow();
        for (String protocol : PROTOCOLS) {
            Set<String> values = GroupMember.seen();
            seen.put(protocol, values);
            for (int i = 0; i < 2; i++) {
                members.add(new GroupMember(consumer(protocol), List.of(TOPIC), values));
            }
        }
        try {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(members).allSatisfy(each -> {
                        assertThat(each.failure()).isNull();
                        assertThat(each.assignment()).hasSize(PARTITIONS / 2);
                    }));
            awaitGrowth(seen);
            Map<String, Map<TopicPartition, Long>> before = new HashMap<>();
            for (String protocol : PROTOCOLS) {
                before.put(protocol, committedEverywhere(protocol));
            }
            int victim = coordinatorOf("classic").id();
            int survivor = port(victim % 3 + 1);
            RawGroupMember raw = new RawGroupMember(survivor, groupAt(victim));

            cluster.kill(victim);

            awaitGrowth(seen);
            for (String protocol : PROTOCOLS) {
                assertThat(coordinatorOf(protocol).id()).isNotEqualTo(victim);
                Map<TopicPartition, Long> after = committed(protocol);
                before.get(protocol)
                        .forEach((partition, offset) -> assertThat(after.get(partition))
                                .as("%s, committed by the %s group before the death", partition, protocol)
                                .isGreaterThanOrEqualTo(offset));
            }
            await().atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .until(() -> raw.commit(survivor, raw.generation()) == Errors.NONE);
            assertThat(raw.commit(survivor, raw.generation() - 1))
                    .as("a member of an old generation")
                    .isEqualTo(Errors.ILLEGAL_GENERATION);
            flow.stop();
            for (String protocol : PROTOCOLS) {
                await().alias("what the " + protocol + " group has seen")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> seen.get(protocol).containsAll(flow.acknowledged()));
            }
            assertThat(members).allMatch(each -> each.failure() == null);
        } finally {
            flow.stop();
            members.forEach(GroupMember::close);
        }
    }

    private static void awaitGrowth(Map<String, Set<String>> seen) {
        Map<String, Integer> sizes = new HashMap<>();
        seen.forEach((protocol, values) -> sizes.put(protocol, values.size()));
        await().atMost(Duration.ofSeconds(40))
                .until(() -> PROTOCOLS.stream()
                        .allMatch(protocol -> seen.get(protocol).size() > sizes.get(protocol) + 200));
    }

    private Node coordinatorOf(String group) throws Exception {
        return admin.describeConsumerGroups(List.of(group))
                .describedGroups()
                .get(group)
                .get(20, TimeUnit.SECONDS)
                .coordinator();
    }

    private int port(int node) {
        return cluster.ports().get(node - 1).kafka();
    }

    /** A group that this node coordinates. */
    private String groupAt(int node) {
        return IntStream.range(0, 1_000)
                .mapToObj(number -> "raw-" + number)
                .filter(group -> RawGroupMember.coordinatorPort(port(node), group) == port(node))
                .findFirst()
                .orElseThrow();
    }

    /** One member may have read and committed a lot before the other one, with its half of the partitions, has begun. */
    private Map<TopicPartition, Long> committedEverywhere(String group) {
        return await().atMost(Duration.ofSeconds(40))
                .until(() -> committed(group), offsets -> offsets.size() == PARTITIONS);
    }

    private Map<TopicPartition, Long> committed(String group) throws Exception {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> known = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(20, TimeUnit.SECONDS);
        known.forEach((partition, offset) -> offsets.put(partition, offset.offset()));
        return offsets;
    }

    private Properties client() {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", cluster.bootstrapServers());
        settings.put("request.timeout.ms", "5000");
        settings.put("default.api.timeout.ms", "20000");
        return settings;
    }

    /** @param protocol also the name of the group */
    private Properties consumer(String protocol) {
        Properties settings = client();
        settings.put("group.id", protocol);
        settings.put("group.protocol", protocol);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        if (protocol.equals("classic")) {
            settings.put("session.timeout.ms", "6000");
            settings.put("heartbeat.interval.ms", "500");
        }
        return settings;
    }

    /** A producer that sends numbers all the time. */
    private final class Flow {

        private final Set<String> acknowledged = GroupMember.seen();
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final Thread thread = new Thread(this::run, "flow");

        Flow() {
            thread.start();
        }

        private void run() {
            Properties settings = client();
            settings.put("delivery.timeout.ms", "60000");
            settings.put("linger.ms", "5");
            try (KafkaProducer<String, String> producer =
                    new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
                for (int number = 0; !stopped.get(); number++) {
                    String value = String.valueOf(number);
                    producer.send(new ProducerRecord<>(TOPIC, number % PARTITIONS, null, value), (at, failure) -> {
                        if (failure == null) {
                            acknowledged.add(value);
                        }
                    });
                    Pause.of(Duration.ofMillis(2));
                }
            }
        }

        Set<String> acknowledged() {
            return acknowledged;
        }

        void stop() throws InterruptedException {
            stopped.set(true);
            thread.join();
        }
    }
}
