package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.config.ConfigLoader;
import io.millrace.server.config.MillraceConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file under {@code conf/} is one that a user may start from. Those of several nodes are in directories of their own; the chaos tests
 * start the three on one machine.
 */
@Timeout(60)
class ConfFilesIT {

    private static final Path CONF =
            Path.of(System.getProperty("millrace.rootDirectory", "..")).resolve("conf");

    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("files")
    void startsANode(Path file) throws Exception {
        try (TestServer server = TestServer.startWith(file, directory)) {
            assertThat(HttpCalls.get(server.httpUrl() + "/readyz").statusCode()).isEqualTo(200);
        }
    }

    /** There is no Kubernetes here to start it in. */
    @Test
    void theConfigurationForKubernetesCanBeRead() {
        MillraceConfig config = ConfigLoader.load(
                CONF.resolve("examples/kubernetes/millrace.yaml"),
                Map.of(
                        "MILLRACE_NODE_ID", "2",
                        "MILLRACE_CLUSTER_ADVERTISED_HOST", "millrace-1.millrace.example.svc.cluster.local"),
                List.of());

        assertThat(config.node().id()).isEqualTo(2);
        assertThat(config.cluster().isClustered()).isTrue();
        assertThat(config.cluster().advertisedHost()).startsWith("millrace-1.");
    }

    static List<Path> files() throws IOException {
        return Stream.concat(yamlIn(CONF), yamlIn(CONF.resolve("examples"))).toList();
    }

    private static Stream<Path> yamlIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".yaml")).toList().stream();
        }
    }
}
