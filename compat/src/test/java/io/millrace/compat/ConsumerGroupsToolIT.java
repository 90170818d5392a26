package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code kafka-consumer-groups} with groups that have committed something. */
@Tag("slow")
class ConsumerGroupsToolIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final TopicPartition FIRST = new TopicPartition("positions", 0);
    private static final TopicPartition SECOND = new TopicPartition("positions", 1);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void committedOffsetsAreDescribedAndResetAndDeleted(String protocol) throws Exception {
        try (MillraceNode node = MillraceNode.start(directory.resolve("node"), "groups.initialRebalanceDelayMs=0")) {
            TestClient client = new TestClient(node.bootstrap());
            client.create("positions", 2);
            try (KafkaProducer<String, String> producer = client.producer()) {
                // A second apart, so that they can be told apart by time.
                for (int i = 0; i < 6; i++) {
                    producer.send(
                            new ProducerRecord<>("positions", 0, 1_000_000_000_000L + i * 1_000, "k", "first " + i));
                }
                for (int i = 0; i < 4; i++) {
                    producer.send(
                            new ProducerRecord<>("positions", 1, 1_000_000_000_000L + i * 1_000, "k", "second " + i));
                }
            }
            try (KafkaConsumer<String, String> member = join(node, protocol)) {
                member.commitSync(Map.of(FIRST, new OffsetAndMetadata(5), SECOND, new OffsetAndMetadata(2)));

                String described = describe(node);
                assertThat(positions(described)).isEqualTo(Map.of(0, "5 6 1", 1, "2 4 2"));
                assertThat(described).contains("/127.0.0.1", "the-member");
                assertThat(run(node, "--describe", "--group", "positioned", "--state"))
                        .containsPattern("positioned +\\S+ +\\(1\\).* Stable +1");
                assertThat(run(node, "--describe", "--group", "positioned", "--members", "--verbose"))
                        .contains("the-member", "positions:0,1");
                assertThat(fail(
                                node,
                                "--reset-offsets",
                                "--group",
                                "positioned",
                                "--all-topics",
                                "--to-earliest",
                                "--execute"))
                        .contains("inactive", "Stable");
                assertThat(fail(node, "--delete", "--group", "positioned")).contains("not empty");
                assertThat(positions(describe(node))).isEqualTo(Map.of(0, "5 6 1", 1, "2 4 2"));
            }

            assertThat(describe(node)).contains("no active members");
            resets(node);
            assertThat(readOn(node, 5))
                    .containsExactlyInAnyOrder("first 4", "first 5", "second 1", "second 2", "second 3");
            assertThat(positions(describe(node))).isEqualTo(Map.of(0, "6 6 0", 1, "4 4 0"));
            deletes(node);
        }
    }

    /** Ends with the first partition at 4 and the second one at 1. */
    private void resets(MillraceNode node) throws Exception {
        reset(node, "--all-topics", "--to-earliest", "--dry-run");
        assertThat(positions(describe(node))).isEqualTo(Map.of(0, "5 6 1", 1, "2 4 2"));

        reset(node, "--topic", "positions", "--to-earliest", "--execute");
        assertThat(positions(describe(node))).isEqualTo(Map.of(0, "0 6 6", 1, "0 4 4"));
        reset(node, "--topic", "positions:1", "--to-latest", "--execute");
        assertThat(positions(describe(node))).isEqualTo(Map.of(0, "0 6 6", 1, "4 4 0"));
        reset(node, "--all-topics", "--to-datetime", "2001-09-09T01:46:43.000", "--execute");
        assertThat(positions(describe(node))).isEqualTo(Map.of(0, "3 6 3", 1, "3 4 1"));
        reset(node, "--topic", "positions:0", "--shift-by", "1", "--execute");
        reset(node, "--topic", "positions:1", "--to-offset", "1", "--execute");
        assertThat(positions(describe(node))).isEqualTo(Map.of(0, "4 6 2", 1, "1 4 3"));

        String exported = reset(node, "--all-topics", "--to-current", "--dry-run", "--export");
        Path file = directory.resolve("offsets.csv");
        Files.writeString(file, exported);
        reset(node, "--all-topics", "--to-latest", "--execute");
        reset(node, "--from-file", file.toString(), "--execute");
        assertThat(positions(describe(node))).isEqualTo(Map.of(0, "4 6 2", 1, "1 4 3"));
    }

    private void deletes(MillraceNode node) throws Exception {
        assertThat(run(node, "--delete-offsets", "--group", "positioned", "--topic", "positions:0"))
                .contains("Successful");
        assertThat(positions(describe(node))).isEqualTo(Map.of(1, "4 4 0"));
        assertThat(run(node, "--delete", "--group", "positioned")).contains("successful");
        assertThat(run(node, "--list")).doesNotContain("positioned");
        assertThat(fail(node, "--describe", "--group", "positioned")).contains("not found");
    }

    private static KafkaConsumer<String, String> join(MillraceNode node, String protocol) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "bootstrap.servers", node.bootstrap(),
                "group.id", "positioned",
                "client.id", "the-member",
                "group.protocol", protocol,
                "enable.auto.commit", "false"));
        KafkaConsumer<String, String> member =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        member.subscribe(List.of("positions"));
        await().atMost(PATIENCE).until(() -> {
            member.poll(Duration.ofMillis(100));
            return member.assignment().size() == 2;
        });
        return member;
    }

    /** What the group has still to read, as its next member reads it. */
    private static List<String> readOn(MillraceNode node, int count) throws Exception {
        List<String> arguments =
                List.of("--topic", "positions", "--group", "positioned", "--max-messages", String.valueOf(count));
        try (ForeignProcess process = start(node, "ConsoleConsumer", arguments)) {
            return process.awaitSuccess(PATIENCE)
                    .lines()
                    .filter(line -> line.matches("(first|second) \\d"))
                    .toList();
        }
    }

    private static String describe(MillraceNode node) throws Exception {
        return run(node, "--describe", "--group", "positioned");
    }

    /** By partition: where the group is, where the log ends, and the lag; without those of which nothing is committed. */
    private static Map<Integer, String> positions(String described) {
        Matcher row = Pattern.compile("positioned +positions +(\\d+) +(\\d+) +(\\d+) +(\\d+) ")
                .matcher(described);
        Map<Integer, String> all = new HashMap<>();
        while (row.find()) {
            all.put(Integer.valueOf(row.group(1)), row.group(2) + " " + row.group(3) + " " + row.group(4));
        }
        return all;
    }

    private static String reset(MillraceNode node, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("--reset-offsets", "--group", "positioned"));
        all.addAll(List.of(arguments));
        return run(node, all.toArray(String[]::new));
    }

    private static String run(MillraceNode node, String... arguments) throws Exception {
        try (ForeignProcess process = start(node, "group.ConsumerGroupCommand", List.of(arguments))) {
            return process.awaitSuccess(PATIENCE);
        }
    }

    /** What the tool says of something that is not to be done. */
    private static String fail(MillraceNode node, String... arguments) throws Exception {
        try (ForeignProcess process = start(node, "group.ConsumerGroupCommand", List.of(arguments))) {
            process.awaitEnd(PATIENCE);
            return process.output();
        }
    }

    private static ForeignProcess start(MillraceNode node, String tool, List<String> arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", node.bootstrap()));
        all.addAll(arguments);
        return ForeignProcess.startJava(ClassPaths.kafka(), "org.apache.kafka.tools.consumer." + tool, all);
    }
}
