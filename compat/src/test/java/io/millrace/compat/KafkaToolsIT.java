package io.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own command line tools, of the same version as the server's libraries. */
@Tag("slow")
class KafkaToolsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static MillraceNode node;

    @BeforeAll
    static void start() throws Exception {
        node = MillraceNode.start(directory);
        TestClient client = new TestClient(node.bootstrap());
        client.create("tools", 3);
        client.produce("tools", List.of("a", "b", "c", "d"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void topicsAreDescribed() throws Exception {
        assertThat(run("TopicCommand", "--describe", "--topic", "tools"))
                .contains("PartitionCount: 3", "ReplicationFactor: 1", "Leader: 1");
    }

    @Test
    void settingsOfTopicsAreChangedAndTold() throws Exception {
        run("ConfigCommand", "--alter", "--topic", "tools", "--add-config", "retention.ms=123456789");
        assertThat(run("ConfigCommand", "--describe", "--topic", "tools"))
                .contains("retention.ms=123456789", "DYNAMIC_TOPIC_CONFIG");
    }

    @Test
    void settingsOfGroupsAreChangedAndTold() throws Exception {
        run("ConfigCommand", "--alter", "--group", "set", "--add-config", "consumer.heartbeat.interval.ms=7000");
        assertThat(run("ConfigCommand", "--describe", "--group", "set"))
                .contains("consumer.heartbeat.interval.ms=7000", "DYNAMIC_GROUP_CONFIG");
        assertThat(run("ConfigCommand", "--describe", "--entity-type", "groups"))
                .contains("Dynamic configs for group set are");
    }

    @Test
    void offsetsAreTold() throws Exception {
        assertThat(run("GetOffsetShell", "--topic", "tools")).contains("tools:0:", "tools:1:", "tools:2:");
    }

    @Test
    void sizesOfLogsAreTold() throws Exception {
        assertThat(run("LogDirsCommand", "--describe", "--topic-list", "tools"))
                .contains("\"partition\":\"tools-0\"", "\"size\":");
    }

    @Test
    void featuresAreTold() throws Exception {
        assertThat(run("FeatureCommand", "describe")).contains("metadata.version");
    }

    @Test
    void groupsAreListedAndDescribedAndDeleted() throws Exception {
        String consumed = run(
                "consumer.ConsoleConsumer",
                "--topic",
                "tools",
                "--group",
                "readers",
                "--from-beginning",
                "--max-messages",
                "4",
                "--timeout-ms",
                "30000");
        assertThat(consumed).contains("a", "b", "c", "d");
        assertThat(run("consumer.group.ConsumerGroupCommand", "--list")).contains("readers");
        assertThat(run("consumer.group.ConsumerGroupCommand", "--describe", "--group", "readers"))
                .contains("tools", "LAG");
        assertThat(run("consumer.group.ConsumerGroupCommand", "--delete", "--group", "readers"))
                .contains("successful");
    }

    @Test
    void shareGroupsAreReadInAndListedAndDescribedAndDeleted() throws Exception {
        node.close();
        node = MillraceNode.start(directory, "shareGroups.autoOffsetReset=earliest");
        String consumed = run(
                "consumer.ConsoleShareConsumer",
                "--topic",
                "tools",
                "--group",
                "sharers",
                "--max-messages",
                "4",
                "--timeout-ms",
                "30000");
        assertThat(consumed).contains("a", "b", "c", "d");
        assertThat(run("consumer.group.ShareGroupCommand", "--list")).contains("sharers");
        assertThat(run("consumer.group.ShareGroupCommand", "--describe", "--group", "sharers"))
                .contains("tools", "START-OFFSET");
        assertThat(run("consumer.group.ShareGroupCommand", "--delete", "--group", "sharers"))
                .contains("successful");
    }

    @Test
    void transactionsAreListed() throws Exception {
        assertThat(run("TransactionsCommand", "list")).contains("TransactionalId");
    }

    private static String run(String tool, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", node.bootstrap()));
        all.addAll(List.of(arguments));
        String name = tool.equals("ConfigCommand") ? "kafka.admin.ConfigCommand" : "org.apache.kafka.tools." + tool;
        try (ForeignProcess process = ForeignProcess.startJava(ClassPaths.kafka(), name, all)) {
            return process.awaitSuccess(PATIENCE);
        }
    }
}
