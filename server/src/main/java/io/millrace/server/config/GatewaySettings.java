package io.millrace.server.config;

/**
 * Streams to browsers and services. The origins of pages that may open them are {@code http.allowedOrigins}.
 *
 * @param streamsMax how many streams may be open; more are answered 503
 * @param streamsPerAddressMax how many of them one remote address may have; more are answered 429; 0 for as many as the node has
 * @param streamsPerSecondMax how many may be opened in a second; more are answered 503; 0 for any number
 * @param subscriptionsMax how many subscriptions may be open, of all streams; more are answered 429, or with an error
 * @param messageBytesMax the longest message that a client may send
 * @param unfinishedBytesMax what all clients together may have sent of messages that are not whole
 * @param accessTokenInUrl whether {@code ?access_token=} is a credential
 * @param compression whether messages are compressed for WebSocket clients that offer it
 * @param outboundBufferBytes what may wait in one socket; above it that stream stops reading
 * @param stalledTimeoutMs how long a client may read nothing with a full buffer before it is closed
 * @param pongTimeoutMs how long a ping may stay unanswered
 * @param checkpointIntervalMs how often a position that moved without a record is told
 * @param drainMs over how long open streams are closed when the server stops
 * @param ringBytesMax recent frames kept for one shared stream
 * @param allRingsBytesMax recent frames kept for all of them, and records that wait for the tick of a conflated stream
 * @param idempotencyWindowMs how long a write with an idempotency key is known when it comes again
 * @param idempotencyKeysMax how many such keys this node remembers
 * @param conflateKeysMax records that wait for the tick of a conflated stream
 * @param conflateBytesMax memory that they take
 * @param tableKeysMax keys of all tables whose snapshots are being sent
 */
public record GatewaySettings(
        int streamsMax,
        int streamsPerAddressMax,
        int streamsPerSecondMax,
        int subscriptionsMax,
        int messageBytesMax,
        long unfinishedBytesMax,
        boolean accessTokenInUrl,
        boolean compression,
        int outboundBufferBytes,
        long stalledTimeoutMs,
        long pongTimeoutMs,
        long checkpointIntervalMs,
        long drainMs,
        long ringBytesMax,
        long allRingsBytesMax,
        long idempotencyWindowMs,
        int idempotencyKeysMax,
        int conflateKeysMax,
        long conflateBytesMax,
        int tableKeysMax) {

    public GatewaySettings {
        new Checks("gateway")
                .range("streamsMax", streamsMax, 1, 1_000_000)
                .range("streamsPerAddressMax", streamsPerAddressMax, 0, 1_000_000)
                .range("streamsPerSecondMax", streamsPerSecondMax, 0, 1_000_000)
                .range("subscriptionsMax", subscriptionsMax, 1, 10_000_000)
                .range("messageBytesMax", messageBytesMax, 1_024, 64 << 20)
                .atLeast("unfinishedBytesMax", unfinishedBytesMax, messageBytesMax)
                .range("outboundBufferBytes", outboundBufferBytes, 4_096, 1 << 30)
                .atLeast("stalledTimeoutMs", stalledTimeoutMs, 1_000)
                .atLeast("pongTimeoutMs", pongTimeoutMs, 1_000)
                .atLeast("checkpointIntervalMs", checkpointIntervalMs, 100)
                .range("drainMs", drainMs, 0, 20_000)
                .atLeast("ringBytesMax", ringBytesMax, 65_536)
                .atLeast("allRingsBytesMax", allRingsBytesMax, ringBytesMax)
                .range("idempotencyWindowMs", idempotencyWindowMs, 1_000, 86_400_000)
                .range("idempotencyKeysMax", idempotencyKeysMax, 1_000, 100_000_000)
                .range("conflateKeysMax", conflateKeysMax, 1, 10_000_000)
                .range("conflateBytesMax", conflateBytesMax, 65_536, 1 << 30)
                .range("tableKeysMax", tableKeysMax, 1, 100_000_000)
                .done();
    }

    static GatewaySettings standard() {
        return new GatewaySettings(
                20_000, 0, 5_000, 100_000, 1 << 20, 64 << 20, false, true, 256 << 10, 60_000, 10_000, 5_000, 2_000,
                512 << 10, 64 << 20, 900_000, 1_000_000, 100_000, 16 << 20, 2_000_000);
    }
}
