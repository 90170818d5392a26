package io.millrace.server.chaos;

import io.millrace.cluster.peer.FreePorts;
import java.util.List;
import java.util.stream.Stream;

/**
 * The ports of one node, which stay the same over its restarts, as other nodes and clients know them.
 */
public record NodePorts(int kafka, int http, int peer, int discovery) {

    /** Ports that nobody listens on, all different. */
    public static List<NodePorts> free(int nodes) {
        return Stream.generate(
                        () -> new NodePorts(FreePorts.next(), FreePorts.next(), FreePorts.next(), FreePorts.next()))
                .limit(nodes)
                .toList();
    }
}
