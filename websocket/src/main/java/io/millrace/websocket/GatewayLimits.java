package io.millrace.websocket;

import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How much a node gives to its streams. Every quantity that a client could make grow has its bound here.
 *
 * @param streamsMax open streams of this node; over it new ones are answered with 503
 * @param streamsPerAddressMax open streams of one remote address; over it new ones are answered with 429; 0 for as many as
 *     the node has
 * @param streamsPerSecondMax streams opened on this node in a second; over it new ones are answered with 503; 0 for any number
 * @param partitionsMax partitions of one stream
 * @param topicsMax topics that one subscription can name
 * @param subscriptionsMax open subscriptions of this node; over it new ones are refused with 429, or an error
 * @param subscriptionsPerConnectionMax the same, of one connection
 * @param messageBytesMax the longest message that a client of a subprotocol may send
 * @param unfinishedBytesMax what all clients together may have sent of messages that are not whole; who goes over it is closed with
 *     1013
 * @param keysMax values of the {@code key} filter of one stream
 * @param compression whether messages are compressed for WebSocket clients that offer it; the listener must let compressed ones through
 * @param outboundBufferBytes what may wait in one socket's buffer; above it that stream stops reading
 * @param stalledTimeoutMs how long a client may read nothing with a full buffer before it is closed with 4501
 * @param heartbeatDefaultMs idle interval after which a sign of life is sent
 * @param heartbeatMinMs smallest {@code heartbeat} that a client may ask for
 * @param heartbeatMaxMs largest {@code heartbeat} that a client may ask for
 * @param pongTimeoutMs how long a WebSocket client may leave a ping unanswered before it is closed with 4504
 * @param checkpointIntervalMs how often a position that moved without a record is told to clients that keep tokens
 * @param closeTimeoutMs how long a client has to answer a close frame before its connection is cut
 * @param authTimeoutMs how long a client without credentials has to send {@code auth}
 * @param authExpiringMs how long before its credentials expire a client is told so
 * @param accessTokenInUrl whether {@code ?access_token=} is a credential
 * @param drainMs over how long the streams of a stopping node are closed
 * @param frameBytesMax size at which a shared frame is ended; a larger record makes a frame of its own
 * @param readBytes how much is read from a log at a time
 * @param ringBytesMax recent frames kept for one shared stream
 * @param allRingsBytesMax recent frames kept for all shared streams, and records that wait for the tick of a conflated one
 * @param conflateKeysMax records that wait for the tick of a conflated stream; beyond it they are sent early
 * @param conflateBytesMax the same, in bytes of memory
 * @param conflateReadBytes how much of a log is conflated at a time for a follower that is behind
 * @param tableKeysMax keys of all tables of this node whose snapshots are being sent
 * @param allowedOrigins origins other than the server's own whose pages may open streams, such as {@code
 *     https://app.example.org}
 */
public record GatewayLimits(
        int streamsMax,
        int streamsPerAddressMax,
        int streamsPerSecondMax,
        int partitionsMax,
        int topicsMax,
        int subscriptionsMax,
        int subscriptionsPerConnectionMax,
        int messageBytesMax,
        long unfinishedBytesMax,
        int keysMax,
        boolean compression,
        int outboundBufferBytes,
        long stalledTimeoutMs,
        long heartbeatDefaultMs,
        long heartbeatMinMs,
        long heartbeatMaxMs,
        long pongTimeoutMs,
        long checkpointIntervalMs,
        long closeTimeoutMs,
        long authTimeoutMs,
        long authExpiringMs,
        boolean accessTokenInUrl,
        long drainMs,
        int frameBytesMax,
        int readBytes,
        long ringBytesMax,
        long allRingsBytesMax,
        int conflateKeysMax,
        long conflateBytesMax,
        int conflateReadBytes,
        int tableKeysMax,
        Set<String> allowedOrigins) {

    /** The longest message that clients may send, unless a node sets it. Listeners must take frames of {@link #messageBytesMax}. */
    public static final int MESSAGE_BYTES_MAX = 1 << 20;

    private static final long RETRY_MIN_MS = 1_000;
    private static final long RETRY_MAX_MS = 5_000;

    public GatewayLimits {
        allowedOrigins = Set.copyOf(allowedOrigins);
        require(streamsMax > 0, "streamsMax must be positive");
        require(
                streamsPerAddressMax >= 0 && streamsPerSecondMax >= 0,
                "streamsPerAddressMax and streamsPerSecondMax must not be negative");
        require(
                topicsMax > 0 && subscriptionsMax > 0 && subscriptionsPerConnectionMax > 0 && messageBytesMax > 0,
                "topicsMax, subscriptionsMax, subscriptionsPerConnectionMax and messageBytesMax must be positive");
        require(unfinishedBytesMax >= messageBytesMax, "unfinishedBytesMax must be at least messageBytesMax");
        require(partitionsMax > 0, "partitionsMax must be positive");
        require(outboundBufferBytes >= 4096, "outboundBufferBytes must be at least 4096");
        require(frameBytesMax > 0 && readBytes > 0, "frameBytesMax and readBytes must be positive");
        require(
                conflateKeysMax > 0 && conflateBytesMax > 0 && conflateReadBytes > 0,
                "conflateKeysMax, conflateBytesMax and conflateReadBytes must be positive");
        require(
                heartbeatMinMs > 0 && heartbeatMinMs <= heartbeatDefaultMs && heartbeatDefaultMs <= heartbeatMaxMs,
                "heartbeats must be positive and in the order min, default, max");
        require(
                authTimeoutMs > 0 && authExpiringMs >= 0,
                "authTimeoutMs must be positive, authExpiringMs not negative");
        require(stalledTimeoutMs > 0 && pongTimeoutMs > 0 && closeTimeoutMs > 0, "timeouts must be positive");
    }

    /** How long a browser is told to wait before it connects again: random, so that not all come at once. */
    public long retryMs() {
        return ThreadLocalRandom.current().nextLong(RETRY_MIN_MS, RETRY_MAX_MS + 1);
    }

    /** The protocol's numbers. */
    public static GatewayLimits defaults() {
        return builder().build();
    }

    /** The protocol's numbers, to be changed one by one. */
    public static GatewayLimitsBuilder builder() {
        return new GatewayLimitsBuilder();
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
