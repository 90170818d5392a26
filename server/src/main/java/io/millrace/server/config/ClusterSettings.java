package io.millrace.server.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How this node works together with others.
 *
 * @param host address that both ports for other nodes bind to
 * @param port port for requests between nodes
 * @param advertisedHost address that other nodes are told to use; null for {@code host}
 * @param join where other nodes may be found, {@code host} or {@code host:port} of their discovery ports; empty, with {@code
 *     discovery} tcp, for a node that is alone
 * @param discovery how other nodes are found
 * @param discoveryPort port for finding each other
 * @param discoveryProperties what the chosen discovery needs to know, by its own names
 * @param voters how many nodes vote on the metadata; 0 for one when alone, else three
 * @param joinTimeoutMs how long a node without data waits for others before it gives up
 * @param sessionTimeoutMs after what silence a node is taken for dead
 * @param heartbeatIntervalMs how often a node tells that it lives
 * @param replicaLagTimeMaxMs how long a replica may be behind before it leaves the in-sync replicas
 * @param defaultReplicationFactor replicas of a topic that does not ask for a number; 0 for three, or as many as there are nodes
 * @param catchUpBytesPerSecond how fast replicas that are far behind are filled from one leader; 0 for as fast as it can
 * @param leaderBalanceIntervalMs how often leaderships are given back to the replicas that are preferred; 0 for never
 * @param leaveTimeoutMs how long a stopping node waits for its leaderships to move to others
 * @param followerReads whether Kafka consumers may read from a follower in their rack
 * @param tls TLS for the requests between nodes
 */
public record ClusterSettings(
        String host,
        int port,
        String advertisedHost,
        List<String> join,
        Discovery discovery,
        int discoveryPort,
        Map<String, String> discoveryProperties,
        int voters,
        long joinTimeoutMs,
        long sessionTimeoutMs,
        long heartbeatIntervalMs,
        long replicaLagTimeMaxMs,
        int defaultReplicationFactor,
        long catchUpBytesPerSecond,
        long leaderBalanceIntervalMs,
        long leaveTimeoutMs,
        boolean followerReads,
        PeerTlsSettings tls) {

    /** Ways to find other nodes. */
    public enum Discovery {
        /** The addresses in {@code join}. */
        TCP,
        /** The pods of a Kubernetes service, asked of its API. */
        KUBERNETES,
        /** The addresses behind a DNS name. */
        DNS,
        /** The machines of an AWS account. */
        AWS,
        /** The machines of an Azure resource group. */
        AZURE,
        /** The machines of a Google Cloud project. */
        GCP
    }

    public ClusterSettings {
        join = List.copyOf(join);
        discoveryProperties = Map.copyOf(discoveryProperties);
        Checks checks = new Checks("cluster")
                .notBlank("host", host)
                .range("port", port, 1, 65_535)
                .notBlankIfSet("advertisedHost", advertisedHost)
                .range("discoveryPort", discoveryPort, 1, 65_535)
                .range("joinTimeoutMs", joinTimeoutMs, 1_000, 86_400_000)
                .range("heartbeatIntervalMs", heartbeatIntervalMs, 50, 60_000)
                .range("sessionTimeoutMs", sessionTimeoutMs, 2 * heartbeatIntervalMs, 600_000)
                .range("replicaLagTimeMaxMs", replicaLagTimeMaxMs, 100, 3_600_000)
                .range("defaultReplicationFactor", defaultReplicationFactor, 0, 100)
                .atLeast("catchUpBytesPerSecond", catchUpBytesPerSecond, 0)
                .range("leaderBalanceIntervalMs", leaderBalanceIntervalMs, 0, 86_400_000)
                .range("leaveTimeoutMs", leaveTimeoutMs, 0, 25_000);
        if (voters != 0 && voters != 1 && voters != 3 && voters != 5) {
            checks.problem("voters", "must be 0, 1, 3 or 5, but is " + voters);
        }
        for (String address : join) {
            if (!isAddress(address)) {
                checks.problem("join", "'" + address + "' is neither host nor host:port");
            }
        }
        if (discovery != Discovery.TCP && !join.isEmpty()) {
            checks.problem("join", "belongs to discovery: tcp, but discovery is " + nameOf(discovery));
        }
        if (discovery == Discovery.TCP && !discoveryProperties.isEmpty()) {
            checks.problem("discoveryProperties", "discovery: tcp takes none, it takes addresses in join");
        }
        if (port != 0 && port == discoveryPort) {
            checks.problem("discoveryPort", "must differ from port, but both are " + port);
        }
        tls.check(checks);
        checks.done();
    }

    static ClusterSettings standard() {
        return new ClusterSettings(
                "127.0.0.1",
                19_092,
                null,
                List.of(),
                Discovery.TCP,
                5_701,
                Map.of(),
                0,
                120_000,
                3_000,
                500,
                10_000,
                0,
                64L << 20,
                30_000,
                10_000,
                false,
                PeerTlsSettings.standard());
    }

    /** Whether there may be other nodes; otherwise no port is opened for them. */
    public boolean isClustered() {
        return !join.isEmpty() || discovery != Discovery.TCP;
    }

    /** How many nodes are to vote on the metadata. */
    public int votersWanted() {
        return voters != 0 ? voters : isClustered() ? 3 : 1;
    }

    private static boolean isAddress(String text) {
        int colon = text.lastIndexOf(':');
        boolean plainHost = colon < 0 || text.indexOf(':') != colon && !text.startsWith("[");
        if (plainHost || text.endsWith("]")) {
            return !text.isBlank();
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            return colon > 0 && port > 0 && port <= 65_535;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static String nameOf(Discovery discovery) {
        return discovery.name().toLowerCase(Locale.ROOT);
    }
}
