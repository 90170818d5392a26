package io.millrace.server.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of its own for each node, joined by a bridge of this machine: the cable of a node can be pulled. Needs root, and {@code ip}.
 *
 * <p>What is cut off so hears nothing at all: connections hang, as with a real cable, instead of being refused.
 */
final class NetworkSpaces implements Hosts {

    private static final String BRIDGE = "mrbridge";
    private static final String SUBNET = "10.177.77.";
    private static final int PREFIX_BITS = 24;
    private static final int HOST = 254;

    private final int nodes;

    private NetworkSpaces(int nodes) {
        this.nodes = nodes;
    }

    /** Whether this process may make networks. */
    static boolean areAllowed() {
        try {
            return "0".equals(run("id", "-u").strip())
                    && !run("ip", "netns", "list").contains("not found");
        } catch (IOException e) {
            return false;
        }
    }

    static NetworkSpaces create(int nodes) throws IOException {
        NetworkSpaces spaces = new NetworkSpaces(nodes);
        spaces.remove();
        run("ip", "link", "add", BRIDGE, "type", "bridge");
        run("ip", "addr", "add", SUBNET + HOST + "/" + PREFIX_BITS, "dev", BRIDGE);
        run("ip", "link", "set", BRIDGE, "up");
        for (int node = 1; node <= nodes; node++) {
            run("ip", "netns", "add", space(node));
            run("ip", "link", "add", cable(node), "type", "veth", "peer", "name", "eth0", "netns", space(node));
            run("ip", "link", "set", cable(node), "master", BRIDGE);
            run("ip", "link", "set", cable(node), "up");
            run("ip", "-n", space(node), "addr", "add", spaces.address(node) + "/" + PREFIX_BITS, "dev", "eth0");
            run("ip", "-n", space(node), "link", "set", "eth0", "up");
            run("ip", "-n", space(node), "link", "set", "lo", "up");
        }
        return spaces;
    }

    @Override
    public String address(int node) {
        return SUBNET + node;
    }

    @Override
    public List<String> commandPrefix(int node) {
        return List.of("ip", "netns", "exec", space(node));
    }

    @Override
    public List<String> settings() {
        return List.of("security.allowInsecure=true");
    }

    /** Pulls the cable of a node. */
    void isolate(int node) throws IOException {
        run("ip", "link", "set", cable(node), "down");
    }

    void heal(int node) throws IOException {
        run("ip", "link", "set", cable(node), "up");
    }

    @Override
    public void close() throws IOException {
        remove();
    }

    private void remove() throws IOException {
        for (int node = 1; node <= nodes; node++) {
            tryRun("ip", "netns", "del", space(node));
            tryRun("ip", "link", "del", cable(node));
        }
        tryRun("ip", "link", "del", BRIDGE);
    }

    private static String space(int node) {
        return "millrace-test-" + node;
    }

    private static String cable(int node) {
        return "mrcable" + node;
    }

    private static void tryRun(String... command) throws IOException {
        start(command);
    }

    private static String run(String... command) throws IOException {
        List<String> outcome = start(command);
        if (!outcome.get(0).equals("0")) {
            throw new IOException(String.join(" ", command) + " failed: " + outcome.get(1));
        }
        return outcome.get(1);
    }

    /** Exit code and output. */
    private static List<String> start(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        try {
            List<String> outcome = new ArrayList<>();
            outcome.add(String.valueOf(process.waitFor()));
            outcome.add(output);
            return outcome;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
