package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.JarProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes of operators: who does not belong to a cluster ends with a message that says so, and the cluster goes on (T8). */
class WrongNodeIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void whoDoesNotBelongToAClusterSaysWhyAndEnds() throws Exception {
        List<NodePorts> ports = NodePorts.free(3);
        NodePorts right = ports.get(0);
        NodePorts wrong = ports.get(1);
        Path data = directory.resolve("right");
        try (JarProcess node = start(1, data, right, right)) {
            node.awaitLine("^Ready.*", PATIENCE);

            assertRefused(
                    start(1, directory.resolve("empty"), wrong, right),
                    "has the same node.id 1. Give each node an id of its own");
            assertRefused(
                    start(1, copyOf(data), wrong, right), "has the same node.id 1. Give each node an id of its own");

            Path foreign = directory.resolve("foreign");
            NodePorts other = ports.get(2);
            try (JarProcess alone = start(2, foreign, other, other)) {
                alone.awaitLine("^Ready.*", PATIENCE);
                alone.terminate().exitCode(PATIENCE);
            }
            assertRefused(start(2, foreign, other, right), "Two clusters do not become one: correct cluster.join");

            assertThat(ready(right)).isEqualTo(200);
        }
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void aNodeThatKnowsItsClusterServesAlsoWhileItCannotLookForOthers() throws Exception {
        NodePorts ports = NodePorts.free(1).get(0);
        Path data = directory.resolve("data");
        try (JarProcess node = start(1, data, ports, ports)) {
            node.awaitLine("^Ready.*", PATIENCE);
            node.terminate().exitCode(PATIENCE);
        }
        try (ServerSocket taken = new ServerSocket(ports.discovery(), 1, InetAddress.getByName("127.0.0.1"));
                JarProcess node = start(1, data, ports, ports)) {
            node.awaitLine("^Ready.*", PATIENCE);
            node.awaitLine("The port for finding other nodes cannot be opened.*tried again", PATIENCE);
            assertThat(ready(ports)).isEqualTo(200);

            taken.close();
            node.awaitLine("The other nodes can be looked for now", PATIENCE);
            assertThat(ready(ports)).isEqualTo(200);
        }
    }

    private static void assertRefused(JarProcess process, String why) throws Exception {
        try (process) {
            assertThat(process.exitCode(PATIENCE)).as(process.output()).isNotZero();
            assertThat(process.output()).contains(why);
        }
    }

    private static JarProcess start(int nodeId, Path data, NodePorts own, NodePorts join) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("start"));
        Stream.of(
                        "node.id=" + nodeId,
                        "node.dataDir=" + data,
                        "kafka.port=" + own.kafka(),
                        "http.port=" + own.http(),
                        "cluster.port=" + own.peer(),
                        "cluster.discoveryPort=" + own.discovery(),
                        "cluster.join=127.0.0.1:" + join.discovery(),
                        "cluster.voters=1",
                        "storage.reserveBytes=0")
                .forEach(each -> arguments.addAll(List.of("--set", each)));
        return JarProcess.runAfter(List.of(), arguments);
    }

    private Path copyOf(Path data) throws IOException {
        Path copy = directory.resolve("copy");
        try (Stream<Path> all = Files.walk(data)) {
            for (Path each : all.toList()) {
                try {
                    Files.copy(each, copy.resolve(data.relativize(each).toString()));
                } catch (NoSuchFileException gone) {
                    // The node runs: a file that was to replace another one has done so meanwhile.
                }
            }
        }
        return copy;
    }

    private static int ready(NodePorts node) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.http() + "/readyz"))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }
}
