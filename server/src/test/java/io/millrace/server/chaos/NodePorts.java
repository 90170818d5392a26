package io.millrace.server.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * The ports of one node, which stay the same over its restarts, as other nodes and clients know them.
 */
public record NodePorts(int kafka, int http, int peer, int discovery) {

    /** Ports that nobody listened on a moment ago, all different. */
    public static List<NodePorts> free(int nodes) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            List<NodePorts> ports = new ArrayList<>();
            for (int node = 0; node < nodes; node++) {
                ports.add(new NodePorts(hold(held), hold(held), hold(held), hold(held)));
            }
            return ports;
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private static int hold(List<ServerSocket> held) throws IOException {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        held.add(socket);
        return socket.getLocalPort();
    }
}
