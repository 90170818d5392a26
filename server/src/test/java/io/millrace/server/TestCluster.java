package io.millrace.server;

import io.millrace.server.chaos.ClusterView;
import io.millrace.server.chaos.NodePorts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Several whole nodes of one cluster in this process, for tests that look below the protocols. Blocks while it starts and stops. Nodes are
 * numbered from 1; none is killed here, that takes processes.
 */
public final class TestCluster implements AutoCloseable {

    private static final int NODES = 3;

    private final Map<Integer, TestServer> nodes = new ConcurrentSkipListMap<>();

    private TestCluster() {}

    /**
     * Three nodes that all vote.
     *
     * @param settings {@code key=value}, as for {@code --set}, for every node
     */
    public static TestCluster start(Path directory, String... settings) {
        return start(directory, node -> null, node -> List.of(settings));
    }

    /**
     * Three nodes that all vote and differ by more than their numbers.
     *
     * @param file answers the configuration file of a node, or null
     * @param settings answers what goes before that file, {@code key=value}
     */
    public static TestCluster start(Path directory, IntFunction<Path> file, IntFunction<List<String>> settings) {
        List<NodePorts> ports = NodePorts.free(NODES);
        String join =
                ports.stream().map(each -> "127.0.0.1:" + each.discovery()).collect(Collectors.joining(","));
        TestCluster cluster = new TestCluster();
        ExecutorService threads = Executors.newFixedThreadPool(NODES);
        try {
            List<CompletableFuture<Void>> starts = new ArrayList<>();
            for (int node = 1; node <= NODES; node++) {
                int number = node;
                NodePorts own = ports.get(node - 1);
                String[] all = Stream.concat(
                                Stream.of(
                                        "node.id=" + node,
                                        "cluster.host=127.0.0.1",
                                        "cluster.port=" + own.peer(),
                                        "cluster.discoveryPort=" + own.discovery(),
                                        "cluster.join=" + join),
                                settings.apply(node).stream())
                        .toArray(String[]::new);
                starts.add(CompletableFuture.runAsync(
                        () -> cluster.nodes.put(
                                number,
                                TestServer.startWith(file.apply(number), dataDirectory(directory, number), all)),
                        threads));
            }
            // Waits for all of them also when one fails: a node that is left behind writes where its directory was.
            CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)).join();
            ClusterView.awaitAllVoters(cluster.kafkaAddresses());
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        } finally {
            threads.shutdown();
        }
    }

    /** Where a node of a cluster in a directory has its data. */
    public static Path dataDirectory(Path directory, int number) {
        return directory.resolve("node-" + number);
    }

    public TestServer node(int number) {
        return nodes.get(number);
    }

    /** For {@code bootstrap.servers}. */
    public String kafkaAddresses() {
        return nodes.values().stream().map(TestServer::kafkaAddress).collect(Collectors.joining(","));
    }

    /** Stops one in order. */
    public void stop(int number) {
        node(number).close();
    }

    /** Stops all at the same moment, as far as they still run. */
    @Override
    public void close() {
        CompletableFuture.allOf(nodes.values().stream()
                        .map(each -> CompletableFuture.runAsync(each::close))
                        .toArray(CompletableFuture[]::new))
                .join();
    }
}
