package io.millrace.server.http;

import java.util.List;

/** Configurations of tests: a free port, little patience, and one thing changed. */
public final class TestConfigs {

    private TestConfigs() {}

    public static HttpConfig defaults() {
        HttpConfig base = HttpConfig.defaults();
        return copy(
                base,
                0,
                false,
                List.of(),
                base.maxConnections(),
                base.maxBodyBytes(),
                base.maxRecordsPerRequest(),
                base.firstRequestTimeoutMs(),
                base.bodyTimeoutMs());
    }

    public static HttpConfig autoCreate(HttpConfig base) {
        return copy(
                base,
                base.port(),
                true,
                base.allowedOrigins(),
                base.maxConnections(),
                base.maxBodyBytes(),
                base.maxRecordsPerRequest(),
                base.firstRequestTimeoutMs(),
                base.bodyTimeoutMs());
    }

    public static HttpConfig port(HttpConfig base, int port) {
        return copy(
                base,
                port,
                base.autoCreateTopics(),
                base.allowedOrigins(),
                base.maxConnections(),
                base.maxBodyBytes(),
                base.maxRecordsPerRequest(),
                base.firstRequestTimeoutMs(),
                base.bodyTimeoutMs());
    }

    public static HttpConfig allowedOrigins(HttpConfig base, String... origins) {
        return copy(
                base,
                base.port(),
                base.autoCreateTopics(),
                List.of(origins),
                base.maxConnections(),
                base.maxBodyBytes(),
                base.maxRecordsPerRequest(),
                base.firstRequestTimeoutMs(),
                base.bodyTimeoutMs());
    }

    public static HttpConfig maxConnections(HttpConfig base, int maxConnections) {
        return copy(
                base,
                base.port(),
                base.autoCreateTopics(),
                base.allowedOrigins(),
                maxConnections,
                base.maxBodyBytes(),
                base.maxRecordsPerRequest(),
                base.firstRequestTimeoutMs(),
                base.bodyTimeoutMs());
    }

    public static HttpConfig maxRecords(HttpConfig base, int maxRecords) {
        return copy(
                base,
                base.port(),
                base.autoCreateTopics(),
                base.allowedOrigins(),
                base.maxConnections(),
                base.maxBodyBytes(),
                maxRecords,
                base.firstRequestTimeoutMs(),
                base.bodyTimeoutMs());
    }

    public static HttpConfig timeouts(HttpConfig base, long firstRequestTimeoutMs, long bodyTimeoutMs) {
        return copy(
                base,
                base.port(),
                base.autoCreateTopics(),
                base.allowedOrigins(),
                base.maxConnections(),
                base.maxBodyBytes(),
                base.maxRecordsPerRequest(),
                firstRequestTimeoutMs,
                bodyTimeoutMs);
    }

    public static HttpConfig idleTimeout(HttpConfig base, long idleTimeoutMs) {
        return new HttpConfig(
                base.host(),
                base.port(),
                base.eventLoops(),
                base.autoCreateTopics(),
                base.allowedOrigins(),
                base.maxConnections(),
                base.maxHeaderBytes(),
                base.maxBodyBytes(),
                base.maxBodyBytesInFlight(),
                base.maxRecordsPerRequest(),
                base.maxWebSocketFrameBytes(),
                idleTimeoutMs,
                base.firstRequestTimeoutMs(),
                base.bodyTimeoutMs(),
                base.drainTimeoutMs());
    }

    private static HttpConfig copy(
            HttpConfig base,
            int port,
            boolean autoCreate,
            List<String> origins,
            int maxConnections,
            int maxBodyBytes,
            int maxRecords,
            long firstRequestTimeoutMs,
            long bodyTimeoutMs) {
        return new HttpConfig(
                base.host(),
                port,
                base.eventLoops(),
                autoCreate,
                origins,
                maxConnections,
                base.maxHeaderBytes(),
                maxBodyBytes,
                base.maxBodyBytesInFlight(),
                maxRecords,
                base.maxWebSocketFrameBytes(),
                base.idleTimeoutMs(),
                firstRequestTimeoutMs,
                bodyTimeoutMs,
                base.drainTimeoutMs());
    }
}
