package io.millrace.server.kafka;

import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupsConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A {@link KafkaTestNode} whose groups find out quickly who is dead, and its members. */
final class GroupTestNode implements AutoCloseable {

    /** Beyond every moment in which a busy test machine stands still: nobody who is alive is taken for dead. */
    private static final int SESSION_TIMEOUT_MS = 5_000;

    private static final int HEARTBEAT_INTERVAL_MS = 300;

    /** The least that a group may have set for itself. */
    private static final int PATIENT_SESSION_TIMEOUT_MS = GroupBounds.defaults().consumerMinSessionTimeoutMs();

    private final KafkaTestNode node;

    GroupTestNode(Path directory) {
        this(directory, 0);
    }

    /** @param initialRebalanceDelayMs how long the first members of a classic group wait for others */
    GroupTestNode(Path directory, int initialRebalanceDelayMs) {
        GroupsConfig groups = new GroupsConfig(
                4,
                60,
                4_096,
                500,
                60_000,
                initialRebalanceDelayMs,
                100,
                SESSION_TIMEOUT_MS,
                HEARTBEAT_INTERVAL_MS,
                GroupBounds.defaults());
        node = KafkaTestNode.start(directory, cluster -> cluster.withGroups(groups), UnaryOperator.identity());
        node.awaitGroups();
    }

    KafkaTestNode node() {
        return node;
    }

    /** Whoever is silent in this group, of the consumer protocol, is waited for longer than a test takes. */
    void waitLongInGroup(String group) {
        KafkaTestNode.await(node.node()
                .admin()
                .alterGroupSettings(
                        group,
                        Map.of("consumer.session.timeout.ms", String.valueOf(PATIENT_SESSION_TIMEOUT_MS)),
                        false));
    }

    /** @param protocol classic, cooperative (classic with that assignor) or consumer */
    GroupMember member(String group, String protocol, String topic, Set<String> seen, Map<String, ?> more) {
        return new GroupMember(settings(group, protocol, more), List.of(topic), seen);
    }

    Properties settings(String group, String protocol, Map<String, ?> more) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", node.bootstrap());
        settings.put("group.id", group);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        if (protocol.equals("consumer")) {
            settings.put("group.protocol", "consumer");
        } else {
            settings.put("session.timeout.ms", String.valueOf(SESSION_TIMEOUT_MS));
            settings.put("heartbeat.interval.ms", "200");
            if (protocol.equals("cooperative")) {
                settings.put(
                        "partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
            }
        }
        settings.putAll(more);
        return settings;
    }

    /** Values from {@code first} on, spread over all partitions; acknowledged when this returns. */
    void produce(String topic, int partitions, int first, int count) {
        try (KafkaProducer<String, String> producer = node.producer(Map.of())) {
            List<? extends Future<?>> sent = IntStream.range(first, first + count)
                    .mapToObj(number -> producer.send(
                            new ProducerRecord<>(topic, number % partitions, null, String.valueOf(number))))
                    .toList();
            for (Future<?> each : sent) {
                each.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        node.close();
    }
}
