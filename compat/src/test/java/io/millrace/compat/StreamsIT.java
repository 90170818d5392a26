package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Streams, the library of the same version. */
class StreamsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(180);

    @TempDir
    Path directory;

    @Test
    void aCountingApplicationThatIsKilledAndStartedAgainCountsEachRecordExactlyOnce() throws Exception {
        countsExactlyOnce("classic", 2_000, 1);
    }

    @Test
    void soDoesOneWhoseTasksTheNodeAssigns() throws Exception {
        countsExactlyOnce("streams", 2_000, 1);
    }

    @Test
    @Tag("slow")
    void alsoWhenItIsKilledManyTimes() throws Exception {
        countsExactlyOnce("classic", 30_000, 6);
    }

    @Test
    @Tag("slow")
    void anApplicationThatJoinsStreamsAndATableAndIsKilledGivesEachPairOnce() throws Exception {
        int orders = 3_000;
        try (MillraceNode node = startNode()) {
            TestClient client = new TestClient(node.bootstrap());
            for (String topic : List.of("orders", "payments", "customers", "paid")) {
                client.create(topic, 2);
            }
            client.produceKeyed("customers", keyed(0, 20, i -> "c" + i, i -> "name-" + i));
            client.produceKeyed("orders", keyed(0, orders, i -> "o" + i, i -> "c" + i % 20));
            client.produceKeyed("payments", keyed(0, orders / 2, i -> "o" + i, i -> "" + i));
            try (ForeignProcess app = startJoining(node)) {
                client.committed("paid", paid -> paid.size() >= orders / 4, PATIENCE);
                app.kill();
            }
            client.produceKeyed("payments", keyed(orders / 2, orders, i -> "o" + i, i -> "" + i));
            try (ForeignProcess app = startJoining(node)) {
                List<ConsumerRecord<byte[], byte[]>> paid =
                        client.committed("paid", all -> all.size() >= orders, PATIENCE);
                assertThat(paid.stream().map(each -> text(each.key()) + " " + text(each.value())))
                        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, orders)
                                .mapToObj(i -> "o" + i + " name-" + i % 20 + " " + i)
                                .toList());
            }
        }
    }

    private static Map<String, String> keyed(int from, int to, IntFunction<String> key, IntFunction<String> value) {
        Map<String, String> records = new LinkedHashMap<>();
        IntStream.range(from, to).forEach(i -> records.put(key.apply(i), value.apply(i)));
        return records;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private ForeignProcess startJoining(MillraceNode node) throws IOException {
        return start(node, "JoiningApp", "classic", "orders", "payments", "customers", "paid");
    }

    private void countsExactlyOnce(String protocol, int records, int kills) throws Exception {
        try (MillraceNode node = startNode()) {
            TestClient client = new TestClient(node.bootstrap());
            client.create("in", 2);
            client.create("out", 2);
            int sent = 0;
            for (int kill = 0; kill < kills; kill++) {
                try (ForeignProcess app = startCounting(node, protocol)) {
                    int more = records / (kills + 1);
                    client.produce("in", Counting.values(sent, more));
                    sent += more;
                    int atLeast = sent - more / 2;
                    // In the middle of it: of what was just sent, a part is done.
                    client.committed("out", out -> out.size() >= atLeast, PATIENCE);
                    app.kill();
                }
            }
            client.produce("in", Counting.values(sent, records - sent));
            try (ForeignProcess app = startCounting(node, protocol)) {
                List<ConsumerRecord<byte[], byte[]>> out =
                        client.committed("out", all -> all.size() >= records, PATIENCE);
                assertThat(Counting.counts(out, Counting::number)).isEqualTo(Counting.expected(records));
                assertThat(typeOfGroup(node)).isEqualTo(GroupType.parse(protocol));
                if (protocol.equals("streams")) {
                    describesTheGroup(node);
                }
            }
            if (protocol.equals("streams")) {
                deletesTheGroup(node);
            }
        }
    }

    /** One that soon takes members that were killed for dead. */
    private MillraceNode startNode() throws Exception {
        return MillraceNode.start(
                directory.resolve("node"),
                "groups.consumerSessionTimeoutMs=6000",
                "groups.consumerHeartbeatIntervalMs=500",
                "groups.initialRebalanceDelayMs=0");
    }

    private ForeignProcess startCounting(MillraceNode node, String protocol) throws IOException {
        return start(node, "CountingApp", protocol, "in", "out");
    }

    private ForeignProcess start(MillraceNode node, String program, String protocol, String... topics)
            throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of(node.bootstrap(), directory.resolve("state").toString(), "exactly_once_v2", protocol));
        arguments.addAll(List.of(topics));
        return ForeignProcess.startJava(ClassPaths.kafka(), "io.millrace.compat.program." + program, arguments);
    }

    private static GroupType typeOfGroup(MillraceNode node) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
            return admin.listGroups().all().get().stream()
                    .filter(each -> each.groupId().equals("counting"))
                    .findFirst()
                    .flatMap(GroupListing::type)
                    .orElseThrow();
        }
    }

    private static void describesTheGroup(MillraceNode node) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
            // It may have to agree once more, when the member that was killed is taken for dead.
            StreamsGroupDescription group = await().atMost(PATIENCE)
                    .until(
                            () -> admin.describeStreamsGroups(List.of("counting"))
                                    .describedGroups()
                                    .get("counting")
                                    .get(),
                            described -> described.groupState() == GroupState.STABLE);
            assertThat(group.subtopologies()).hasSize(2);
            assertThat(group.members()).isNotEmpty();
            assertThat(admin.listStreamsGroupOffsets(Map.of("counting", new ListStreamsGroupOffsetsSpec()))
                            .partitionsToOffsetAndMetadata("counting")
                            .get())
                    .isNotEmpty();
        }
        try (ForeignProcess tool = ForeignProcess.startJava(
                ClassPaths.kafka(),
                "org.apache.kafka.tools.streams.StreamsGroupCommand",
                List.of("--bootstrap-server", node.bootstrap(), "--describe", "--group", "counting"))) {
            assertThat(tool.awaitSuccess(PATIENCE)).contains("counting", "LAG");
        }
    }

    /** Once its members, which were killed, are taken for dead. */
    private static void deletesTheGroup(MillraceNode node) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
            await().atMost(PATIENCE).ignoreExceptions().until(() -> {
                admin.deleteStreamsGroups(List.of("counting")).all().get();
                return true;
            });
        }
    }
}
