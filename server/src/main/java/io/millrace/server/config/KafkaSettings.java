package io.millrace.server.config;

/**
 * The listener for Kafka clients.
 *
 * @param host address to bind to
 * @param port port to bind to; 0 for any free one
 * @param advertisedHost address that clients are told to use; null for {@code host}
 * @param advertisedPort port that clients are told to use; 0 for the one that was bound
 * @param eventLoops threads that carry connections; 0 for two per core
 * @param maxFrameBytes size of the largest request
 * @param maxConnections how many connections may be open; more are closed at once
 * @param maxInFlightRequestsPerConnection requests of one connection that are not answered yet
 * @param maxInFlightBytesPerConnection bytes of these requests
 * @param fetchMaxBytes size of the largest fetch answer, whatever the client asks for
 * @param idleTimeoutMs after what silence a connection is closed
 * @param firstRequestTimeoutMs by when a new connection must have sent its first request
 * @param stopTimeoutMs how long answers that are under way are waited for when the server stops
 * @param maxFetchSessions how many fetch sessions of clients are kept
 * @param quotaWindowNum over how many windows the rates of clients with quotas are taken
 * @param quotaWindowMs how long each of these windows is
 * @param tls what clients are shown
 */
public record KafkaSettings(
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
        long quotaWindowMs,
        TlsSettings tls) {

    public KafkaSettings {
        Checks checks = new Checks("kafka")
                .notBlank("host", host)
                .range("port", port, 0, 65_535)
                .notBlankIfSet("advertisedHost", advertisedHost)
                .range("advertisedPort", advertisedPort, 0, 65_535)
                .range("eventLoops", eventLoops, 0, 256)
                .range("maxFrameBytes", maxFrameBytes, 65_536, Integer.MAX_VALUE)
                .range("maxConnections", maxConnections, 1, 1_000_000)
                .range("maxInFlightRequestsPerConnection", maxInFlightRequestsPerConnection, 1, 10_000)
                .atLeast("maxInFlightBytesPerConnection", maxInFlightBytesPerConnection, 65_536)
                .range("fetchMaxBytes", fetchMaxBytes, 1_024, Integer.MAX_VALUE)
                .atLeast("idleTimeoutMs", idleTimeoutMs, 1_000)
                .atLeast("firstRequestTimeoutMs", firstRequestTimeoutMs, 100)
                .range("stopTimeoutMs", stopTimeoutMs, 0, 25_000)
                .range("maxFetchSessions", maxFetchSessions, 0, 1_000_000)
                .range("quotaWindowNum", quotaWindowNum, 2, 1_000)
                .range("quotaWindowMs", quotaWindowMs, 100, 3_600_000);
        tls.check(checks);
        checks.done();
    }

    static KafkaSettings standard() {
        return new KafkaSettings(
                "127.0.0.1",
                9092,
                null,
                0,
                0,
                100 << 20,
                10_000,
                100,
                64L << 20,
                55 << 20,
                600_000,
                10_000,
                5_000,
                1_000,
                11,
                1_000,
                TlsSettings.standard());
    }
}
