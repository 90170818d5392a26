package io.millrace.server.kafka;

import io.millrace.server.kafka.handler.ClientLimits;
import java.util.Objects;

/**
 * The settings of the Kafka listener. Whether topics are created by their first use is a setting of the cluster ({@link
 * io.millrace.cluster.ClusterConfig#autoCreateTopics()}), because all protocols share it.
 *
 * @param host address to bind
 * @param port port to bind, 0 for any free one
 * @param advertisedHost the host that clients are told to connect to; null for {@code host}
 * @param advertisedPort the port that clients are told to connect to; 0 for the bound one
 * @param eventLoops number of event loops that carry connections; 0 for two per core
 * @param maxFrameBytes largest request; must be above the largest produce request of any client
 * @param maxConnections connections at a time; further ones are closed at once
 * @param maxInFlightRequestsPerConnection requests taken from one connection and not answered yet; at the bound its socket is
 *     not read
 * @param maxInFlightBytesPerConnection bytes of these requests; the request that passes the bound is still taken
 * @param fetchMaxBytes bound on one fetch answer, whatever the client asks for
 * @param idleTimeoutMs a connection on which nothing moves for this long is closed
 * @param firstRequestTimeoutMs a new connection has this long for its first whole request
 * @param stopTimeoutMs how long {@link KafkaListener#stop()} waits for answers that are under way
 * @param maxFetchSessions fetch sessions of clients (KIP-227); at the bound a new one gets none, unless another is old
 * @param quotaWindowNum over how many windows the rates of clients with quotas are taken
 * @param quotaWindowMs how long each of these windows is
 */
public record KafkaListenerConfig(
        String host,
        int port,
        String advertisedHost,
        int advertisedPort,
        int eventLoops,
        int maxFrameBytes,
        int maxConnections,
        int maxInFlightRequestsPerConnection,
        long maxInFlightBytesPerConnection,
        int fetchMaxBytes,
        long idleTimeoutMs,
        long firstRequestTimeoutMs,
        long stopTimeoutMs,
        int maxFetchSessions,
        int quotaWindowNum,
        long quotaWindowMs) {

    /** The smallest {@code maxFrameBytes}: below it not even the administration requests of the usual clients fit. */
    static final int MAX_FRAME_BYTES_MIN = 64 << 10;

    public KafkaListenerConfig {
        Objects.requireNonNull(host, "kafka.host");
        requirePort("kafka.port", port);
        requirePort("kafka.advertisedPort", advertisedPort);
        if (advertisedHost == null && isWildcard(host)) {
            throw new IllegalArgumentException("kafka.advertisedHost must be set when kafka.host is " + host
                    + ": clients connect to the advertised host, and " + host + " is no address they could reach");
        }
        requireAtLeast("kafka.eventLoops", eventLoops, 0);
        requireAtLeast("kafka.maxFrameBytes", maxFrameBytes, MAX_FRAME_BYTES_MIN);
        requireAtLeast("kafka.maxConnections", maxConnections, 1);
        requireAtLeast("kafka.maxInFlightRequestsPerConnection", maxInFlightRequestsPerConnection, 1);
        requireAtLeast("kafka.maxInFlightBytesPerConnection", maxInFlightBytesPerConnection, 1);
        requireAtLeast("kafka.fetchMaxBytes", fetchMaxBytes, 1024);
        requireAtLeast("kafka.idleTimeoutMs", idleTimeoutMs, 1000);
        requireAtLeast("kafka.firstRequestTimeoutMs", firstRequestTimeoutMs, 1);
        requireAtLeast("kafka.stopTimeoutMs", stopTimeoutMs, 0);
        requireAtLeast("kafka.maxFetchSessions", maxFetchSessions, 0);
        requireAtLeast("kafka.quotaWindowNum", quotaWindowNum, 2);
        requireAtLeast("kafka.quotaWindowMs", quotaWindowMs, 1);
    }

    /** The same limits at another address. */
    public KafkaListenerConfig at(String otherHost, int otherPort, String otherAdvertisedHost) {
        return new KafkaListenerConfig(
                otherHost,
                otherPort,
                otherAdvertisedHost,
                0,
                eventLoops,
                maxFrameBytes,
                maxConnections,
                maxInFlightRequestsPerConnection,
                maxInFlightBytesPerConnection,
                fetchMaxBytes,
                idleTimeoutMs,
                firstRequestTimeoutMs,
                stopTimeoutMs,
                maxFetchSessions,
                quotaWindowNum,
                quotaWindowMs);
    }

    /** Defaults for an address; port 0 binds any free port. */
    public static KafkaListenerConfig defaults(String host, int port) {
        return new KafkaListenerConfig(
                host, port, null, 0, 0, 100 << 20, 10_000, 100, 64L << 20, 55 << 20, 600_000, 10_000, 5_000, 1_000, 11,
                1_000);
    }

    /** What of it concerns the handlers of requests. */
    ClientLimits limits() {
        return new ClientLimits(
                maxFrameBytes,
                maxConnections,
                idleTimeoutMs,
                fetchMaxBytes,
                maxFetchSessions,
                quotaWindowNum,
                quotaWindowMs);
    }

    private static boolean isWildcard(String host) {
        return host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]");
    }

    private static void requirePort(String key, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(key + " must be between 0 and 65535: " + port);
        }
    }

    private static void requireAtLeast(String key, long value, long minimum) {
        if (value < minimum) {
            throw new IllegalArgumentException(key + " must be at least " + minimum + ": " + value);
        }
    }
}
