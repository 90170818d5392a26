package io.millrace.server;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.PeersConfig;
import io.millrace.cluster.hazelcast.HazelcastDiscovery;
import io.millrace.cluster.idempotence.IdempotencyConfig;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerTransportConfig;
import io.millrace.cluster.share.ShareGroupsConfig;
import io.millrace.cluster.tls.TlsFiles;
import io.millrace.cluster.tls.TlsIdentity;
import io.millrace.cluster.transaction.TransactionSettings;
import io.millrace.server.config.ClusterSettings;
import io.millrace.server.config.GatewaySettings;
import io.millrace.server.config.HttpSettings;
import io.millrace.server.config.KafkaSettings;
import io.millrace.server.config.MillraceConfig;
import io.millrace.server.config.PeerTlsSettings;
import io.millrace.server.config.ShareGroupSettings;
import io.millrace.server.config.StorageSettings;
import io.millrace.server.config.TlsSettings;
import io.millrace.server.config.TransactionsSettings;
import io.millrace.server.http.HttpConfig;
import io.millrace.server.kafka.KafkaListenerConfig;
import io.millrace.storage.CleanerConfig;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.scrub.ScrubConfig;
import io.millrace.websocket.GatewayLimits;
import java.util.Set;

/** From what the user sets to what each component is told: the only place where the two vocabularies meet. */
final class ComponentConfigs {

    private ComponentConfigs() {}

    /** @param peerTls null for requests between nodes in plain text */
    static ClusterConfig cluster(MillraceConfig config, TlsIdentity peerTls) {
        return new ClusterConfig(
                config.node().id(),
                config.node().rack(),
                storage(config),
                config.topics().defaultPartitions(),
                config.topics().autoCreate(),
                config.topicDefaults(),
                config.topics().maxPartitions(),
                config.topics().appenderBytesMax(),
                config.topics().retentionIntervalMs(),
                peersConfig(config, peerTls),
                config.groups(),
                transactions(config),
                new IdempotencyConfig(
                        config.gateway().idempotencyWindowMs(), config.gateway().idempotencyKeysMax()),
                shareGroups(config.shareGroups()));
    }

    private static ShareGroupsConfig shareGroups(ShareGroupSettings groups) {
        return new ShareGroupsConfig(
                groups.statePartitions(),
                groups.maxSize(),
                groups.maxSessions(),
                groups.recordLockDurationMs(),
                groups.deliveryCountLimit(),
                groups.partitionMaxRecordLocks(),
                groups.autoOffsetReset(),
                groups.isolationLevel());
    }

    private static TransactionSettings transactions(MillraceConfig config) {
        TransactionsSettings transactions = config.transactions();
        return new TransactionSettings(
                transactions.statePartitions(), transactions.maxTimeoutMs(), transactions.idExpirationMs());
    }

    /** The files of this node's identity to other nodes. */
    static TlsFiles peerTls(MillraceConfig config) {
        PeerTlsSettings tls = config.cluster().tls();
        return new TlsFiles("cluster.tls", tls.certificate(), tls.key(), tls.trusted());
    }

    /** The files of a listener for clients. */
    static TlsFiles clientTls(String section, TlsSettings tls) {
        return new TlsFiles(section, tls.certificate(), tls.key(), null);
    }

    /** Where other nodes reach this one. */
    static PeerAddress peerAddress(MillraceConfig config) {
        ClusterSettings cluster = config.cluster();
        String host = cluster.advertisedHost() != null ? cluster.advertisedHost() : cluster.host();
        return new PeerAddress(host, cluster.port());
    }

    private static PeersConfig peersConfig(MillraceConfig config, TlsIdentity tls) {
        ClusterSettings cluster = config.cluster();
        int replicas = cluster.defaultReplicationFactor();
        return new PeersConfig(
                peerAddress(config),
                cluster.isClustered() ? discovery(config) : null,
                peerTransport(config),
                cluster.votersWanted(),
                cluster.joinTimeoutMs(),
                cluster.sessionTimeoutMs(),
                cluster.heartbeatIntervalMs(),
                cluster.replicaLagTimeMaxMs(),
                replicas != 0 ? replicas : cluster.isClustered() ? 3 : 1,
                cluster.catchUpBytesPerSecond(),
                cluster.leaderBalanceIntervalMs(),
                cluster.leaveTimeoutMs(),
                cluster.followerReads(),
                tls);
    }

    private static StorageConfig storage(MillraceConfig config) {
        StorageSettings storage = config.storage();
        return new StorageConfig(
                config.node().dataDir(),
                storage.shards() == 0 ? cores() : storage.shards(),
                storage.journalBytes(),
                storage.shardQueueMax(),
                storage.shardQueueBytesMax(),
                storage.tailCacheBytes(),
                storage.reserveBytes(),
                storage.checkpointIntervalMs(),
                storage.producerExpirationMs(),
                new ScrubConfig(storage.scrubIntervalMs(), storage.scrubBytesPerSecond()),
                new CleanerConfig(
                        storage.cleanerMapBytes(), storage.cleanerBytesPerSecond(), storage.cleanerIntervalMs()));
    }

    static KafkaListenerConfig kafka(MillraceConfig config) {
        KafkaSettings kafka = config.kafka();
        return new KafkaListenerConfig(
                kafka.host(),
                kafka.port(),
                kafka.advertisedHost(),
                kafka.advertisedPort(),
                kafka.eventLoops(),
                kafka.maxFrameBytes(),
                kafka.maxConnections(),
                kafka.maxInFlightRequestsPerConnection(),
                kafka.maxInFlightBytesPerConnection(),
                kafka.fetchMaxBytes(),
                kafka.idleTimeoutMs(),
                kafka.firstRequestTimeoutMs(),
                kafka.stopTimeoutMs(),
                kafka.maxFetchSessions(),
                kafka.quotaWindowNum(),
                kafka.quotaWindowMs());
    }

    /** The listener for other nodes: its own address, and the limits of the one for clients. */
    static KafkaListenerConfig peers(MillraceConfig config) {
        ClusterSettings cluster = config.cluster();
        return kafka(config).at(cluster.host(), cluster.port(), cluster.advertisedHost());
    }

    /** Requests to other nodes. */
    private static PeerTransportConfig peerTransport(MillraceConfig config) {
        KafkaSettings kafka = config.kafka();
        PeerTransportConfig defaults =
                PeerTransportConfig.defaults("node-" + config.node().id());
        return new PeerTransportConfig(
                defaults.clientId(),
                kafka.maxFrameBytes(),
                defaults.maxPendingRequests(),
                defaults.maxPendingBytes(),
                defaults.connectTimeoutMs(),
                defaults.probeTimeoutMs(),
                defaults.backOffMinMs(),
                defaults.backOffMaxMs(),
                // Before the listener of the other node would do it.
                Math.min(defaults.idleTimeoutMs(), kafka.idleTimeoutMs() / 2));
    }

    /** How nodes find each other. */
    private static HazelcastDiscovery discovery(MillraceConfig config) {
        ClusterSettings cluster = config.cluster();
        return new HazelcastDiscovery(
                cluster.host(),
                cluster.discoveryPort(),
                cluster.advertisedHost(),
                HazelcastDiscovery.Method.valueOf(cluster.discovery().name()),
                cluster.join(),
                cluster.discoveryProperties());
    }

    static HttpConfig http(MillraceConfig config) {
        HttpSettings http = config.http();
        return new HttpConfig(
                http.host(),
                http.port(),
                http.eventLoops() == 0 ? Math.max(2, cores()) : http.eventLoops(),
                config.topics().autoCreate(),
                http.allowedOrigins(),
                http.maxConnections(),
                http.maxHeaderBytes(),
                http.maxBodyBytes(),
                http.maxBodyBytesInFlight(),
                http.maxRecordsPerRequest(),
                config.gateway().messageBytesMax(),
                http.idleTimeoutMs(),
                http.firstRequestTimeoutMs(),
                http.bodyTimeoutMs(),
                http.drainTimeoutMs());
    }

    static GatewayLimits gateway(MillraceConfig config) {
        GatewaySettings gateway = config.gateway();
        return GatewayLimits.builder()
                .streamsMax(gateway.streamsMax())
                .streamsPerAddressMax(gateway.streamsPerAddressMax())
                .streamsPerSecondMax(gateway.streamsPerSecondMax())
                .subscriptionsMax(gateway.subscriptionsMax())
                .messageBytesMax(gateway.messageBytesMax())
                .unfinishedBytesMax(gateway.unfinishedBytesMax())
                .accessTokenInUrl(gateway.accessTokenInUrl())
                .compression(gateway.compression())
                .outboundBufferBytes(gateway.outboundBufferBytes())
                .stalledTimeoutMs(gateway.stalledTimeoutMs())
                .pongTimeoutMs(gateway.pongTimeoutMs())
                .checkpointIntervalMs(gateway.checkpointIntervalMs())
                .drainMs(gateway.drainMs())
                .ringBytesMax(gateway.ringBytesMax(), gateway.allRingsBytesMax())
                .tableKeysMax(gateway.tableKeysMax())
                .conflateMax(gateway.conflateKeysMax(), gateway.conflateBytesMax())
                .allowedOrigins(Set.copyOf(config.http().allowedOrigins()))
                .build();
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }
}
