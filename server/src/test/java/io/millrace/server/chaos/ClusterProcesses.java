package io.millrace.server.chaos;

import io.millrace.server.JarProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Several nodes of one cluster, each a process of its own on this machine. Nodes are numbered from 1. Closing kills them all. */
final class ClusterProcesses implements AutoCloseable {

    /** Where what the nodes print is kept, one file for each; nowhere when it is not set. */
    private static final String LOGS = System.getProperty("millrace.chaos.logs");

    private final Hosts hosts;
    private final Path directory;
    private final List<NodePorts> ports;
    private final List<String> settings;
    private final Map<Integer, Path> files = new HashMap<>();
    private final Map<Integer, JarProcess> running = new TreeMap<>();

    /** @param settings {@code key=value}, as for {@code --set}, for every node */
    ClusterProcesses(Path directory, int nodes, String... settings) throws IOException {
        this(Hosts.loopback(), directory, nodes, settings);
    }

    ClusterProcesses(Hosts hosts, Path directory, int nodes, String... settings) throws IOException {
        this.hosts = hosts;
        this.directory = directory;
        this.ports = NodePorts.free(nodes);
        this.settings = List.of(settings);
    }

    /** Gives a node a configuration file; its address, ports and directory stay those of this class. */
    void configure(int node, Path file) {
        files.put(node, file);
    }

    /** Starts all nodes that do not run, at the same time, and waits until each is ready. */
    void startAll() throws IOException {
        for (int node = 1; node <= ports.size(); node++) {
            if (!running.containsKey(node)) {
                launch(node);
            }
        }
        running.values().forEach(ClusterProcesses::awaitReady);
    }

    /** Starts a node and waits until it is ready. */
    void start(int node) throws IOException {
        launch(node);
        awaitReady(running.get(node));
    }

    /** Starts a node; it becomes ready when enough others run. */
    void launch(int node) throws IOException {
        NodePorts own = ports.get(node - 1);
        List<String> all = new ArrayList<>(List.of(
                "node.id=" + node,
                "node.dataDir=" + dataDirectory(node),
                "kafka.host=" + hosts.address(node),
                "http.host=" + hosts.address(node),
                "cluster.host=" + hosts.address(node),
                "kafka.port=" + own.kafka(),
                "http.port=" + own.http(),
                "cluster.port=" + own.peer(),
                "cluster.discoveryPort=" + own.discovery(),
                "cluster.join=" + discoveryAddresses(),
                "storage.reserveBytes=0"));
        all.addAll(hosts.settings());
        all.addAll(settings);
        Stream<String> start = files.containsKey(node)
                ? Stream.of("start", "-c", files.get(node).toString())
                : Stream.of("start");
        List<String> arguments = Stream.concat(start, all.stream().flatMap(each -> Stream.of("--set", each)))
                .toList();
        running.put(node, JarProcess.runAfter(hosts.commandPrefix(node), arguments));
    }

    private static void awaitReady(JarProcess process) {
        process.awaitLine("^Ready.*", Duration.ofSeconds(60));
    }

    JarProcess process(int node) {
        return running.get(node);
    }

    List<Integer> runningNodes() {
        return List.copyOf(running.keySet());
    }

    /** What {@code kill -9} does. */
    void kill(int node) throws InterruptedException {
        JarProcess process = running.remove(node);
        process.kill();
        keepOutput(node, process);
    }

    /** Stops a node in order and waits for its end. */
    void stop(int node) throws InterruptedException {
        JarProcess process = running.remove(node);
        int code = process.terminate().exitCode(Duration.ofSeconds(40));
        keepOutput(node, process);
        if (code != 0 && code != 143) {
            throw new AssertionError("node " + node + " ended with " + code);
        }
    }

    /** Asks all nodes to stop at the same moment; answers how long it took until the last was gone. */
    Duration stopAll() throws InterruptedException {
        long began = System.nanoTime();
        running.values().forEach(JarProcess::terminate);
        for (JarProcess process : running.values()) {
            process.exitCode(Duration.ofSeconds(40));
        }
        running.forEach(ClusterProcesses::keepOutput);
        running.clear();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Stops the clock of a node: it neither runs nor dies. */
    void pause(int node) throws IOException, InterruptedException {
        signal("STOP", node);
    }

    void resume(int node) throws IOException, InterruptedException {
        signal("CONT", node);
    }

    private void signal(String name, int node) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(running.get(node).pid()))
                .start()
                .waitFor();
    }

    /** Empties the data directory of a node that does not run. */
    void wipe(int node) throws IOException {
        try (Stream<Path> files = Files.walk(dataDirectory(node))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void keepOutput(int node, JarProcess process) {
        if (LOGS == null) {
            return;
        }
        try {
            Files.createDirectories(Path.of(LOGS));
            Files.writeString(
                    Path.of(LOGS, "node-" + node + ".log"),
                    process.output() + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path dataDirectory(int node) {
        return directory.resolve("node-" + node);
    }

    String bootstrapServers() {
        return addresses(NodePorts::kafka);
    }

    /** The ports of all nodes, in the order of their ids. */
    List<NodePorts> ports() {
        return ports;
    }

    String httpUrl(int node) {
        return "http://" + hosts.address(node) + ":" + ports.get(node - 1).http();
    }

    private String discoveryAddresses() {
        return addresses(NodePorts::discovery);
    }

    private String addresses(ToIntFunction<NodePorts> port) {
        return IntStream.rangeClosed(1, ports.size())
                .mapToObj(node -> hosts.address(node) + ":" + port.applyAsInt(ports.get(node - 1)))
                .collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        running.values().forEach(JarProcess::close);
        running.forEach(ClusterProcesses::keepOutput);
    }
}
