package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fat jar as a process: what users run, kill and restart. */
@Timeout(240)
class MillraceJarIT {

    @TempDir
    Path directory;

    @Test
    void printsItsVersion() throws Exception {
        try (JarProcess jar = JarProcess.run("--version")) {
            assertThat(jar.exitCode(Duration.ofSeconds(30))).isZero();
            assertThat(jar.output()).startsWith("Millrace ");
        }
    }

    @Test
    void whatWasAcknowledgedSurvivesKillMinusNine() throws Exception {
        try (JarProcess node = JarProcess.startNode(directory)) {
            HttpCalls.postJson(node.httpUrl() + "/topics", "{\"name\":\"readings\",\"partitions\":2}");
            for (int i = 0; i < 10; i++) {
                assertThat(HttpCalls.postJson(
                                        node.httpUrl() + "/topics/readings/records?partition=" + i % 2,
                                        "{\"n\":" + i + "}")
                                .statusCode())
                        .isEqualTo(200);
            }
            node.kill();
        }

        try (JarProcess node = JarProcess.startNode(directory)) {
            String records = HttpCalls.get(node.httpUrl() + "/topics/readings/records?from=earliest")
                    .body();
            for (int i = 0; i < 10; i++) {
                assertThat(records).containsOnlyOnce("{\"n\":" + i + "}");
            }
        }
    }

    @Test
    void sigtermStopsItCleanlyWithinTenSeconds() throws Exception {
        try (JarProcess node = JarProcess.startNode(directory)) {
            HttpCalls.postJson(node.httpUrl() + "/topics", "{\"name\":\"readings\"}");

            assertThat(node.terminate().exitCode(Duration.ofSeconds(10))).isZero();
            assertThat(node.complaints()).isEmpty();
        }
    }

    @Test
    void sigtermWhileAStreamIsOpenEndsTheStreamAndTheProcess() throws Exception {
        try (JarProcess node = JarProcess.startNode(directory)) {
            HttpCalls.postJson(node.httpUrl() + "/topics", "{\"name\":\"readings\"}");
            try (JarProcess tail =
                    JarProcess.run("tail", "readings", "--from", "earliest", "--limit", "1", "--url", node.httpUrl())) {
                HttpCalls.postJson(node.httpUrl() + "/topics/readings/records?key=a", "{\"n\":1}");
                assertThat(tail.exitCode(Duration.ofSeconds(30))).isZero();
                assertThat(tail.output()).contains("0@0", "{\"n\":1}");
            }
            try (JarProcess tail = JarProcess.run("tail", "readings", "--from", "earliest", "--url", node.httpUrl())) {
                tail.awaitLine("0@0");

                assertThat(node.terminate().exitCode(Duration.ofSeconds(10))).isZero();
            }
        }
    }

    @Test
    void aTakenPortIsOneClearLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                JarProcess node = JarProcess.run(
                        "start",
                        "--set",
                        "node.dataDir=" + directory,
                        "--set",
                        "kafka.port=" + taken.getLocalPort(),
                        "--set",
                        "http.port=0")) {
            assertThat(node.exitCode(Duration.ofSeconds(30))).isEqualTo(1);
            assertThat(node.output().lines().filter(line -> !line.contains(" INFO ")))
                    .singleElement()
                    .asString()
                    .startsWith("millrace: ")
                    .contains("127.0.0.1:" + taken.getLocalPort(), "kafka.port");
        }
    }

    @Test
    void aDirectoryThatAnotherProcessUsesIsOneClearLine() throws Exception {
        try (JarProcess first = JarProcess.startNode(directory);
                JarProcess second = JarProcess.run(
                        "start",
                        "--set",
                        "node.dataDir=" + directory,
                        "--set",
                        "kafka.port=0",
                        "--set",
                        "http.port=0")) {
            assertThat(second.exitCode(Duration.ofSeconds(30))).isEqualTo(1);
            assertThat(second.output().lines()).singleElement().asString().contains(directory.toString());
            assertThat(HttpCalls.get(first.httpUrl() + "/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void brokenYamlIsToldWithItsLine() throws Exception {
        Path file = Files.writeString(directory.resolve("broken.yaml"), "kafka:\n  port: 'one\n");

        try (JarProcess node = JarProcess.run("start", "-c", file.toString())) {
            assertThat(node.exitCode(Duration.ofSeconds(30))).isEqualTo(1);
            assertThat(node.output())
                    .contains("not valid YAML", file.toString())
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void theClientCommandsSpeakToIt() throws Exception {
        try (JarProcess node = JarProcess.startNode(directory)) {
            String url = node.httpUrl();
            assertThat(output("topics", "create", "plants", "-p", "2", "-s", "retention.ms=5000", "--url", url))
                    .isEqualTo("created plants");
            assertThat(output("topics", "list", "--url", url)).isEqualTo("plants");
            assertThat(output("topics", "describe", "plants", "--url", url)).contains("retention.ms", "5000");
            assertThat(output("produce", "plants", "one", "two", "--partition", "1", "--url", url))
                    .isEqualTo("partition 1 offset 0\npartition 1 offset 1");
            assertThat(output("tail", "plants", "--from", "earliest", "-n", "2", "--url", url)
                            .lines())
                    .hasSize(2)
                    .anyMatch(line -> line.startsWith("1@0") && line.endsWith("one"))
                    .anyMatch(line -> line.startsWith("1@1") && line.endsWith("two"));
            assertThat(output("topics", "delete", "plants", "--url", url)).isEqualTo("deleted plants");
            try (JarProcess again = JarProcess.run("topics", "describe", "plants", "--url", url)) {
                assertThat(again.exitCode(Duration.ofSeconds(30))).isEqualTo(1);
                assertThat(again.output().lines()).singleElement().asString().contains("plants");
            }
        }
    }

    @Test
    void theDemoStoresReadingsOfBothKindsAndEndsByItself() throws Exception {
        try (JarProcess demo = JarProcess.run(
                "demo",
                "--seconds",
                "5",
                "--devices",
                "10",
                "--set",
                "node.dataDir=" + directory,
                "--set",
                "kafka.port=0",
                "--set",
                "http.port=0")) {
            assertThat(demo.exitCode(Duration.ofSeconds(60))).isZero();
            var summary = demo.awaitLine("^(\\d+) readings stored over HTTP, (\\d+) over the Kafka protocol$");
            assertThat(Integer.parseInt(summary.group(1))).isGreaterThan(20);
            assertThat(Integer.parseInt(summary.group(2))).isGreaterThan(5);
            assertThat(demo.output()).contains("curl -N", "kcat -b", "Dashboard");
            assertThat(demo.complaints()).isEmpty();
        }
    }

    private static String output(String... arguments) throws Exception {
        try (JarProcess command = JarProcess.run(arguments)) {
            assertThat(command.exitCode(Duration.ofSeconds(30)))
                    .as(String.join(" ", arguments) + "\n" + command.output())
                    .isZero();
            return command.output();
        }
    }
}
