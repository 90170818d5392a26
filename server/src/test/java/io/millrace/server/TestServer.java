package io.millrace.server;

import io.millrace.cluster.ClusterNode;
import io.millrace.server.config.ConfigLoader;
import io.millrace.server.config.MillraceConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A whole node for tests: real listeners on free ports, real files in a temporary directory. Blocks while it starts and stops.
 *
 * <pre>{@code
 * try (TestServer server = TestServer.start("topics.defaultPartitions=4")) {
 *     HttpRequest.newBuilder(URI.create(server.httpUrl() + "/topics"));
 * }
 * }</pre>
 */
public final class TestServer implements AutoCloseable {

    private final Path ownDirectory;
    private final MillraceServer server;

    private TestServer(Path ownDirectory, MillraceServer server) {
        this.ownDirectory = ownDirectory;
        this.server = server;
    }

    /**
     * Starts a node in a directory that is deleted with it.
     *
     * @param overrides {@code key=value}, as for {@code --set}
     */
    public static TestServer start(String... overrides) {
        try {
            Path directory = Files.createTempDirectory("millrace-test-");
            return new TestServer(directory, startServer(directory, null, overrides));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a node in a directory that stays. */
    public static TestServer startIn(Path directory, String... overrides) {
        return new TestServer(null, startServer(directory, null, overrides));
    }

    /** Starts a node with a configuration file, in a directory that stays. */
    public static TestServer startWith(Path file, Path directory, String... overrides) {
        return new TestServer(null, startServer(directory, file, overrides));
    }

    /** The configuration that these methods start: free ports, and a reserve that a small test disk has. */
    public static MillraceConfig config(Path directory, Path file, String... overrides) {
        List<String> all = Stream.concat(
                        Stream.of(
                                "node.dataDir=" + directory,
                                "kafka.port=0",
                                "http.port=0",
                                "storage.reserveBytes=1048576"),
                        Stream.of(overrides))
                .toList();
        return ConfigLoader.load(file, Map.of(), all);
    }

    public MillraceServer server() {
        return server;
    }

    /** Its part in the cluster, below the protocols. */
    public ClusterNode node() {
        return server.node();
    }

    /** {@code http://127.0.0.1:port}. */
    public String httpUrl() {
        return server.httpUrl();
    }

    public int httpPort() {
        return server.httpPort();
    }

    /** {@code 127.0.0.1:port}, for {@code bootstrap.servers}. */
    public String kafkaAddress() {
        return server.kafkaAddress();
    }

    @Override
    public void close() {
        server.close();
        if (ownDirectory != null) {
            delete(ownDirectory);
        }
    }

    private static MillraceServer startServer(Path directory, Path file, String... overrides) {
        try {
            return MillraceServer.start(config(directory, file, overrides));
        } catch (StartupException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
