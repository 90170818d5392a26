package io.millrace.server.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.server.HttpCalls;
import io.millrace.server.SocketMessages;
import io.millrace.server.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Gateway protocol §13, 3, 4 and 15: WebSockets at the nodes of a cluster of three. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class StreamsAtAnyNodeIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private TestCluster cluster;
    private Admin admin;

    @BeforeEach
    void startCluster() throws Exception {
        cluster = TestCluster.start(
                directory,
                "groups.initialRebalanceDelayMs=0",
                "groups.consumerHeartbeatIntervalMs=500",
                "groups.offsetsPartitions=3",
                "gateway.checkpointIntervalMs=200");
        admin = Admin.create(Map.of("bootstrap.servers", cluster.kafkaAddresses()));
    }

    @AfterEach
    void stopCluster() {
        admin.close(Duration.ofSeconds(1));
        cluster.close();
    }

    private void produce(String topic, int partition, int from, int to) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.kafkaAddresses()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = from; i < to; i++) {
                producer.send(new ProducerRecord<>(
                        topic, partition, null, Integer.toString(i).getBytes(UTF_8)));
            }
        }
    }

    @Test
    void aPartitionWithoutALeaderDoesNotHoldBackTheOthersAndATokenIsGoodAtEveryNode() throws Exception {
        admin.createTopics(List.of(new NewTopic("spread", Map.of(0, List.of(1), 1, List.of(2), 2, List.of(3)))))
                .all()
                .get();
        for (int partition = 0; partition < 3; partition++) {
            produce("spread", partition, 0, 10);
        }
        String token;
        try (SocketMessages first = SocketMessages.open(cluster.node(1).httpUrl())) {
            first.send("{'type':'subscribe','sid':1,'topics':['spread'],'from':'earliest'}");
            int records = 0;
            while (records < 30) {
                records += first.next("records").get("records").size();
            }
            first.send("{'type':'checkpoint','sid':1,'id':'c'}");
            token = first.next(message -> message.path("id").asText().equals("c"))
                    .get("resume")
                    .asText();
        }
        cluster.stop(3);
        // As that node knows, of which the stream is asked.
        await().atMost(PATIENCE)
                .until(() -> HttpCalls.get(cluster.node(2).httpUrl() + "/topics/spread/partitions")
                        .body()
                        .contains("\"partition\":2,\"leader\":-1,"));
        produce("spread", 0, 10, 12);
        try (SocketMessages resumed = SocketMessages.open(cluster.node(2).httpUrl())) {
            long began = System.nanoTime();
            resumed.send("{'type':'subscribe','sid':1,'topics':['spread'],'resume':'" + token + "'}");
            JsonNode subscribed = resumed.next("subscribed");
            for (JsonNode partition : subscribed.get("partitions")) {
                assertThat(partition.get("position").isNull())
                        .isEqualTo(partition.get("partition").asInt() == 2);
            }
            JsonNode records = resumed.next("records");
            assertThat(records.get("partition").asInt()).isZero();
            assertThat(records.at("/records/0/offset").asLong()).isEqualTo(10);
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)).isLessThan(10_000);
        }
    }

    @Test
    void webSocketsAtTwoNodesAndAKafkaConsumerShareAGroupAndTheirOffsetsAgree() throws Exception {
        admin.createTopics(List.of(new NewTopic("shared", 6, (short) 2))).all().get();
        for (int node = 1; node <= 2; node++) {
            // One of them may hear of it a moment later than the one that made it.
            String topic = cluster.node(node).httpUrl() + "/topics/shared";
            await().atMost(PATIENCE).until(() -> HttpCalls.get(topic).statusCode() == 200);
        }
        Set<String> seen = new HashSet<>();
        List<SocketMessages> sockets = new ArrayList<>();
        for (int node = 1; node <= 2; node++) {
            SocketMessages socket = SocketMessages.open(cluster.node(node).httpUrl());
            socket.send("{'type':'subscribe','sid':1,'topics':['shared'],'group':'g','from':'earliest'}");
            socket.next("assigned");
            sockets.add(socket);
        }
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                cluster.kafkaAddresses(),
                "group.id",
                "g",
                "group.protocol",
                "consumer",
                "auto.offset.reset",
                "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of("shared"));
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(100));
                return consumer.assignment().size() == 2;
            });
            for (int partition = 0; partition < 6; partition++) {
                produce("shared", partition, 0, 50);
            }
            await().atMost(PATIENCE).until(() -> {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    seen.add(record.partition() + "-" + record.offset());
                }
                return seen.size() == 100;
            });
            consumer.commitSync();
            for (SocketMessages socket : sockets) {
                int expected = seen.size() + 100;
                while (seen.size() < expected) {
                    JsonNode records = socket.next("records");
                    records.get("records")
                            .forEach(record -> seen.add(records.get("partition").asInt() + "-"
                                    + record.get("offset").asLong()));
                }
            }
            assertThat(seen).hasSize(300);
            Map<TopicPartition, Long> all = new HashMap<>();
            for (int partition = 0; partition < 6; partition++) {
                all.put(new TopicPartition("shared", partition), 50L);
            }
            await().atMost(PATIENCE).untilAsserted(() -> {
                Map<TopicPartition, Long> committed = new HashMap<>();
                Map<TopicPartition, OffsetAndMetadata> told = admin.listConsumerGroupOffsets("g")
                        .partitionsToOffsetAndMetadata()
                        .get();
                told.forEach((partition, offset) -> committed.put(partition, offset.offset()));
                assertThat(committed).isEqualTo(all);
            });
        } finally {
            sockets.forEach(SocketMessages::close);
        }
    }
}
