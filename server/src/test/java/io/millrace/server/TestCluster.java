package io.millrace.server;

import io.millrace.server.chaos.ClusterView;
import io.millrace.server.chaos.NodePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Several whole nodes of one cluster in this process, for tests that look below the protocols. Blocks while it starts and stops. Nodes are
 * numbered from 1; none is killed here, that takes processes.
 */
public final class TestCluster implements AutoCloseable {

    private final List<TestServer> nodes = new ArrayList<>();

    private TestCluster() {}

    /**
     * Three nodes that all vote.
     *
     * @param settings {@code key=value}, as for {@code --set}, for every node
     */
    public static TestCluster start(Path directory, String... settings) throws IOException {
        List<NodePorts> ports = NodePorts.free(3);
        String join =
                ports.stream().map(each -> "127.0.0.1:" + each.discovery()).collect(Collectors.joining(","));
        ExecutorService threads = Executors.newFixedThreadPool(ports.size());
        TestCluster cluster = new TestCluster();
        try {
            List<CompletableFuture<TestServer>> starts = new ArrayList<>();
            for (int node = 1; node <= ports.size(); node++) {
                NodePorts own = ports.get(node - 1);
                Path home = directory.resolve("node-" + node);
                String[] all = Stream.concat(
                                Stream.of(
                                        "node.id=" + node,
                                        "cluster.host=127.0.0.1",
                                        "cluster.port=" + own.peer(),
                                        "cluster.discoveryPort=" + own.discovery(),
                                        "cluster.join=" + join),
                                Stream.of(settings))
                        .toArray(String[]::new);
                starts.add(CompletableFuture.supplyAsync(() -> TestServer.startIn(home, all), threads));
            }
            starts.forEach(each -> cluster.nodes.add(each.join()));
            ClusterView.awaitAllVoters(cluster.kafkaAddresses());
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        } finally {
            threads.shutdown();
        }
    }

    public TestServer node(int number) {
        return nodes.get(number - 1);
    }

    /** For {@code bootstrap.servers}. */
    public String kafkaAddresses() {
        return nodes.stream().map(TestServer::kafkaAddress).collect(Collectors.joining(","));
    }

    /** Stops one in order. */
    public void stop(int number) {
        node(number).close();
    }

    @Override
    public void close() {
        nodes.forEach(TestServer::close);
    }
}
