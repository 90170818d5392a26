package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

    private static final Duration PATIENCE = Duration.ofSeconds(90);

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

    private void countsExactlyOnce(String protocol, int records, int kills) throws Exception {
        try (MillraceNode node = MillraceNode.start(
                directory.resolve("node"),
                "groups.consumerSessionTimeoutMs=6000",
                "groups.consumerHeartbeatIntervalMs=500",
                "groups.initialRebalanceDelayMs=0")) {
            TestClient client = new TestClient(node.bootstrap());
            client.create("in", 2);
            client.create("out", 2);
            int sent = 0;
            for (int kill = 0; kill < kills; kill++) {
                try (ForeignProcess app = start(node, protocol)) {
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
            try (ForeignProcess app = start(node, protocol)) {
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

    private ForeignProcess start(MillraceNode node, String protocol) throws IOException {
        return ForeignProcess.startJava(
                ClassPaths.kafka(),
                "io.millrace.compat.program.CountingApp",
                List.of(
                        node.bootstrap(),
                        "in",
                        "out",
                        directory.resolve("state").toString(),
                        "exactly_once_v2",
                        protocol));
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
            StreamsGroupDescription group = admin.describeStreamsGroups(List.of("counting"))
                    .describedGroups()
                    .get("counting")
                    .get();
            assertThat(group.groupState()).isEqualTo(GroupState.STABLE);
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
