package io.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.HttpCalls;
import io.millrace.server.TestServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node leaves behind, looked at from outside: every file that it writes is known. */
class NodeDirectoryIT {

    @TempDir
    Path directory;

    private String clusterId;

    @BeforeEach
    void runANode() throws Exception {
        try (TestServer server = TestServer.startIn(directory)) {
            HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"readings\",\"partitions\":1}");
            HttpCalls.postJson(server.httpUrl() + "/topics/readings/records", "{\"value\":1}");
            clusterId = NodeClient.JSON
                    .readTree(HttpCalls.get(server.httpUrl() + "/cluster").body())
                    .path("cluster_id")
                    .asText();
        }
    }

    @Test
    void everyFileIsShown() {
        String dump = run(0, "log", "dump", "--records", directory.toString());

        assertThat(dump)
                .contains("identity  clusterId=" + clusterId + "  directoryId=", "  nodeId=1\n")
                .contains("voterState  epoch=1  leader=1  votedFor=")
                .contains("brokerEpoch  epoch=")
                .contains("highWatermarks  imageVersion=", "highWatermark  topicId=")
                .contains("metadataReserve  sizeBytes=4194304")
                .contains("KRAFT_VOTERS  {\"version\":0,\"voters\":[{\"voterId\":1,")
                .contains("LEADER_CHANGE  {")
                .contains("TOPIC_RECORD  {\"name\":\"readings\",")
                .contains("PARTITION_RECORD  {\"partitionId\":0,")
                .doesNotContain("UNREADABLE");
        assertThat(run(0, "log", "dump", "--json", "--records", directory.toString()))
                .contains(
                        "\"type\":\"voterState\",\"epoch\":1", "\"record\":\"TOPIC_RECORD\",\"version\":0,\"data\":{");
        assertThat(run(0, "log", "verify", directory.toString())).contains("healthy: 2 partitions");
    }

    @Test
    void aDamagedFileOfTheNodeIsFoundAndExplained() throws Exception {
        flip(directory.resolve("voter-state"), 20);
        flip(directory.resolve("high-watermarks"), 20);
        try (var files = Files.list(directory.resolve("metadata-snapshots"))) {
            flip(files.findFirst().orElseThrow(), 70);
        }

        assertThat(run(1, "log", "verify", directory.toString()))
                .contains("voter-state, byte 0: its length or checksum is wrong. A node refuses to start")
                .contains("high-watermarks, byte 0: its length or checksum is wrong. The next start learns them again")
                .contains(".checkpoint, byte 0: ")
                .contains("3 damages");
    }

    private static void flip(Path file, int at) throws Exception {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        bytes.put(at, (byte) ~bytes.get(at));
        Files.write(file, bytes.array());
    }

    private static String run(int code, String... arguments) {
        StringWriter out = new StringWriter();
        assertThat(MillraceCommand.commandLine(arguments)
                        .setOut(new PrintWriter(out, true))
                        .execute(arguments))
                .as(out::toString)
                .isEqualTo(code);
        return out.toString();
    }
}
