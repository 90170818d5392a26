package io.millrace.server.config;

import java.util.List;

/**
 * The listener for HTTP, WebSocket and the dashboard.
 *
 * @param host address to bind to
 * @param port port to bind to; 0 for any free one
 * @param eventLoops threads that serve connections; 0 for one per core, at least two
 * @param allowedOrigins origins whose pages may use this server, besides its own
 * @param maxConnections how many connections may be open; more are answered 503
 * @param maxHeaderBytes all headers of a request together
 * @param maxBodyBytes a request body, after decompression
 * @param maxBodyBytesInFlight all bodies that are being received, together
 * @param maxRecordsPerRequest records in one body
 * @param idleTimeoutMs after what silence a connection is closed
 * @param firstRequestTimeoutMs by when a new connection must have sent a request head
 * @param bodyTimeoutMs by when a request body must have arrived
 * @param drainTimeoutMs how long requests that are under way are waited for when the server stops
 * @param tls what clients are shown
 */
public record HttpSettings(
        String host,
        int port,
        int eventLoops,
        List<String> allowedOrigins,
        int maxConnections,
        int maxHeaderBytes,
        int maxBodyBytes,
        long maxBodyBytesInFlight,
        int maxRecordsPerRequest,
        long idleTimeoutMs,
        long firstRequestTimeoutMs,
        long bodyTimeoutMs,
        long drainTimeoutMs,
        TlsSettings tls) {

    public HttpSettings {
        allowedOrigins = List.copyOf(allowedOrigins);
        Checks checks = new Checks("http")
                .notBlank("host", host)
                .range("port", port, 0, 65_535)
                .range("eventLoops", eventLoops, 0, 256)
                .range("maxConnections", maxConnections, 1, 1_000_000)
                .range("maxHeaderBytes", maxHeaderBytes, 1_024, 1 << 20)
                .range("maxBodyBytes", maxBodyBytes, 1_024, 1 << 30)
                .atLeast("maxBodyBytesInFlight", maxBodyBytesInFlight, maxBodyBytes)
                .range("maxRecordsPerRequest", maxRecordsPerRequest, 1, 1_000_000)
                .atLeast("idleTimeoutMs", idleTimeoutMs, 1_000)
                .atLeast("firstRequestTimeoutMs", firstRequestTimeoutMs, 100)
                .atLeast("bodyTimeoutMs", bodyTimeoutMs, 100)
                .range("drainTimeoutMs", drainTimeoutMs, 0, 25_000);
        tls.check(checks);
        checks.done();
    }

    static HttpSettings standard() {
        return new HttpSettings(
                "127.0.0.1",
                8080,
                0,
                List.of(),
                50_000,
                16 << 10,
                10 << 20,
                256L << 20,
                10_000,
                120_000,
                10_000,
                30_000,
                10_000,
                TlsSettings.standard());
    }
}
