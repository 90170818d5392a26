package io.millrace.server.http;

import io.millrace.websocket.GatewayLimits;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Objects;

/**
 * The settings of the HTTP listener.
 *
 * @param host address to bind
 * @param port port to bind; 0 takes a free one ({@link HttpListener#port()} tells which)
 * @param eventLoops how many event loops serve connections
 * @param autoCreateTopics whether a write to an unknown topic creates it
 * @param allowedOrigins the origins ({@code https://app.example.com}) whose pages may use this server, besides its own
 * @param maxConnections open connections; over it a connection is answered 503 and closed
 * @param maxHeaderBytes all headers of a request together; over it 431
 * @param maxBodyBytes a request body, after decompression; over it 413
 * @param maxBodyBytesInFlight all bodies that are being received, together; over it 503
 * @param maxRecordsPerRequest records in one body; over it 413
 * @param maxWebSocketFrameBytes the longest frame that a client may send; over it the connection is closed with 1009
 * @param idleTimeoutMs a connection without traffic is closed after it; must be longer than any long poll or heartbeat
 * @param firstRequestTimeoutMs a new connection must have sent a whole request head by then
 * @param bodyTimeoutMs a request body must have arrived by then; after it 408
 * @param drainTimeoutMs how long {@link HttpListener#stop()} waits for requests that are under way
 */
public record HttpConfig(
        String host,
        int port,
        int eventLoops,
        boolean autoCreateTopics,
        List<String> allowedOrigins,
        int maxConnections,
        int maxHeaderBytes,
        int maxBodyBytes,
        long maxBodyBytesInFlight,
        int maxRecordsPerRequest,
        int maxWebSocketFrameBytes,
        long idleTimeoutMs,
        long firstRequestTimeoutMs,
        long bodyTimeoutMs,
        long drainTimeoutMs) {

    public HttpConfig {
        Objects.requireNonNull(host, "host");
        allowedOrigins = List.copyOf(allowedOrigins);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be between 0 and 65535: " + port);
        }
        atLeast("eventLoops", eventLoops, 1);
        atLeast("maxConnections", maxConnections, 1);
        atLeast("maxHeaderBytes", maxHeaderBytes, 1024);
        atLeast("maxBodyBytes", maxBodyBytes, 1024);
        atLeast("maxBodyBytesInFlight", maxBodyBytesInFlight, maxBodyBytes);
        atLeast("maxRecordsPerRequest", maxRecordsPerRequest, 1);
        atLeast("maxWebSocketFrameBytes", maxWebSocketFrameBytes, 125);
        atLeast("idleTimeoutMs", idleTimeoutMs, 1);
        atLeast("firstRequestTimeoutMs", firstRequestTimeoutMs, 1);
        atLeast("bodyTimeoutMs", bodyTimeoutMs, 1);
        atLeast("drainTimeoutMs", drainTimeoutMs, 0);
        allowedOrigins.forEach(HttpConfig::checkOrigin);
    }

    /** Loopback, port 8080, and limits that suit many small devices. */
    public static HttpConfig defaults() {
        return new HttpConfig(
                "127.0.0.1",
                8080,
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                false,
                List.of(),
                50_000,
                16 << 10,
                10 << 20,
                256L << 20,
                10_000,
                GatewayLimits.MESSAGE_BYTES_MAX,
                120_000,
                10_000,
                30_000,
                10_000);
    }

    private static void atLeast(String name, long value, long minimum) {
        if (value < minimum) {
            throw new IllegalArgumentException(name + " must be at least " + minimum + ": " + value);
        }
    }

    /** An origin with a path, a wildcard or a typing error would silently match nothing. */
    private static void checkOrigin(String origin) {
        try {
            URI uri = new URI(origin);
            boolean bare = uri.getScheme() != null
                    && uri.getHost() != null
                    && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null;
            if (bare) {
                return;
            }
        } catch (URISyntaxException e) {
            // Said below, in the user's words.
        }
        throw new IllegalArgumentException(
                "allowedOrigins: '" + origin
                        + "' is not an origin; write scheme, host and port as browsers send it, such as https://app.example.com:8443");
    }
}
