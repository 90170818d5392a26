package io.millrace.websocket;

import io.millrace.websocket.protocol.ResumeToken;
import java.util.Set;

/** Makes {@link GatewayLimits} from the protocol's defaults and what a node sets differently. */
public final class GatewayLimitsBuilder {

    private int streamsMax = 20_000;
    private int streamsPerAddressMax;
    private int streamsPerSecondMax = 5_000;
    private int partitionsMax = ResumeToken.PARTITIONS_MAX;
    private int topicsMax = 100;
    private int subscriptionsMax = 100_000;
    private int subscriptionsPerConnectionMax = 128;
    private int messageBytesMax = GatewayLimits.MESSAGE_BYTES_MAX;
    private long unfinishedBytesMax = 64 << 20;
    private int keysMax = 100;
    private boolean compression = true;
    private int outboundBufferBytes = 256 << 10;
    private long stalledTimeoutMs = 60_000;
    private long heartbeatDefaultMs = 25_000;
    private long heartbeatMinMs = 5_000;
    private long heartbeatMaxMs = 60_000;
    private long pongTimeoutMs = 10_000;
    private long checkpointIntervalMs = 5_000;
    private long closeTimeoutMs = 5_000;
    private long authTimeoutMs = 5_000;
    private long authExpiringMs = 60_000;
    private boolean accessTokenInUrl;
    private long drainMs = 30_000;
    private int frameBytesMax = 128 << 10;
    private int readBytes = 64 << 10;
    private long ringBytesMax = 512 << 10;
    private long allRingsBytesMax = 64 << 20;
    private int conflateKeysMax = 100_000;
    private long conflateBytesMax = 16 << 20;
    private int conflateReadBytes = 8 << 20;
    private int tableKeysMax = 2_000_000;
    private Set<String> allowedOrigins = Set.of();

    GatewayLimitsBuilder() {}

    public GatewayLimitsBuilder streamsMax(int streamsMax) {
        this.streamsMax = streamsMax;
        return this;
    }

    public GatewayLimitsBuilder streamsPerAddressMax(int streamsPerAddressMax) {
        this.streamsPerAddressMax = streamsPerAddressMax;
        return this;
    }

    public GatewayLimitsBuilder streamsPerSecondMax(int streamsPerSecondMax) {
        this.streamsPerSecondMax = streamsPerSecondMax;
        return this;
    }

    public GatewayLimitsBuilder partitionsMax(int partitionsMax) {
        this.partitionsMax = Math.min(partitionsMax, ResumeToken.PARTITIONS_MAX);
        return this;
    }

    public GatewayLimitsBuilder subscriptionsMax(int subscriptionsMax) {
        this.subscriptionsMax = subscriptionsMax;
        return this;
    }

    public GatewayLimitsBuilder subscriptionsPerConnectionMax(int subscriptionsPerConnectionMax) {
        this.subscriptionsPerConnectionMax = subscriptionsPerConnectionMax;
        return this;
    }

    public GatewayLimitsBuilder messageBytesMax(int messageBytesMax) {
        this.messageBytesMax = messageBytesMax;
        return this;
    }

    public GatewayLimitsBuilder unfinishedBytesMax(long unfinishedBytesMax) {
        this.unfinishedBytesMax = unfinishedBytesMax;
        return this;
    }

    public GatewayLimitsBuilder compression(boolean compression) {
        this.compression = compression;
        return this;
    }

    public GatewayLimitsBuilder outboundBufferBytes(int outboundBufferBytes) {
        this.outboundBufferBytes = outboundBufferBytes;
        return this;
    }

    public GatewayLimitsBuilder stalledTimeoutMs(long stalledTimeoutMs) {
        this.stalledTimeoutMs = stalledTimeoutMs;
        return this;
    }

    public GatewayLimitsBuilder heartbeatMs(long min, long standard, long max) {
        this.heartbeatMinMs = min;
        this.heartbeatDefaultMs = standard;
        this.heartbeatMaxMs = max;
        return this;
    }

    public GatewayLimitsBuilder pongTimeoutMs(long pongTimeoutMs) {
        this.pongTimeoutMs = pongTimeoutMs;
        return this;
    }

    public GatewayLimitsBuilder checkpointIntervalMs(long checkpointIntervalMs) {
        this.checkpointIntervalMs = checkpointIntervalMs;
        return this;
    }

    public GatewayLimitsBuilder closeTimeoutMs(long closeTimeoutMs) {
        this.closeTimeoutMs = closeTimeoutMs;
        return this;
    }

    public GatewayLimitsBuilder auth(long timeoutMs, long expiringMs) {
        this.authTimeoutMs = timeoutMs;
        this.authExpiringMs = expiringMs;
        return this;
    }

    public GatewayLimitsBuilder accessTokenInUrl(boolean accessTokenInUrl) {
        this.accessTokenInUrl = accessTokenInUrl;
        return this;
    }

    public GatewayLimitsBuilder drainMs(long drainMs) {
        this.drainMs = drainMs;
        return this;
    }

    public GatewayLimitsBuilder frameBytesMax(int frameBytesMax) {
        this.frameBytesMax = frameBytesMax;
        return this;
    }

    public GatewayLimitsBuilder readBytes(int readBytes) {
        this.readBytes = readBytes;
        return this;
    }

    public GatewayLimitsBuilder ringBytesMax(long ringBytesMax, long allRingsBytesMax) {
        this.ringBytesMax = ringBytesMax;
        this.allRingsBytesMax = allRingsBytesMax;
        return this;
    }

    public GatewayLimitsBuilder conflateMax(int keysMax, long bytesMax) {
        this.conflateKeysMax = keysMax;
        this.conflateBytesMax = bytesMax;
        return this;
    }

    public GatewayLimitsBuilder conflateReadBytes(int conflateReadBytes) {
        this.conflateReadBytes = conflateReadBytes;
        return this;
    }

    public GatewayLimitsBuilder tableKeysMax(int tableKeysMax) {
        this.tableKeysMax = tableKeysMax;
        return this;
    }

    public GatewayLimitsBuilder allowedOrigins(Set<String> allowedOrigins) {
        this.allowedOrigins = allowedOrigins;
        return this;
    }

    /** The limits; throws IllegalArgumentException when they contradict each other. */
    public GatewayLimits build() {
        return new GatewayLimits(
                streamsMax,
                streamsPerAddressMax,
                streamsPerSecondMax,
                partitionsMax,
                topicsMax,
                subscriptionsMax,
                subscriptionsPerConnectionMax,
                messageBytesMax,
                unfinishedBytesMax,
                keysMax,
                compression,
                outboundBufferBytes,
                stalledTimeoutMs,
                heartbeatDefaultMs,
                heartbeatMinMs,
                heartbeatMaxMs,
                pongTimeoutMs,
                checkpointIntervalMs,
                closeTimeoutMs,
                authTimeoutMs,
                authExpiringMs,
                accessTokenInUrl,
                drainMs,
                frameBytesMax,
                readBytes,
                ringBytesMax,
                allRingsBytesMax,
                conflateKeysMax,
                conflateBytesMax,
                conflateReadBytes,
                tableKeysMax,
                allowedOrigins);
    }
}
