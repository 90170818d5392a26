package io.millrace.cluster;

import io.millrace.cluster.hazelcast.HazelcastDiscovery;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerTransportConfig;
import io.millrace.cluster.tls.TlsIdentity;
import java.util.Objects;

/**
 * How a node works together with others.
 *
 * @param address where other nodes reach this one; for a node that is alone the address that it would have
 * @param discovery how other nodes are found; null for a node that is alone, which opens no ports for others
 * @param transport limits of requests to other nodes
 * @param voters how many nodes vote on the metadata
 * @param joinTimeoutMs how long a node without data waits for others before it gives up
 * @param sessionTimeoutMs after what silence a node is taken for dead
 * @param heartbeatIntervalMs how often a node says that it lives
 * @param replicaLagTimeMaxMs how long a replica may be behind before it leaves the in-sync replicas
 * @param defaultReplicationFactor replicas of a topic that does not ask for a number, if there are as many nodes
 * @param catchUpBytesPerSecond how fast replicas that are far behind are filled; 0 for as fast as it can
 * @param leaderBalanceIntervalMs how often leaderships are given back to preferred replicas; 0 for never
 * @param leaveTimeoutMs how long a stopping node waits for its leaderships to move
 * @param followerReads whether Kafka consumers may read from a follower in their rack (KIP-392)
 * @param tls who this node is to others, and whom it believes; null for connections without TLS. Whoever opened it closes it
 */
public record PeersConfig(
        PeerAddress address,
        HazelcastDiscovery discovery,
        PeerTransportConfig transport,
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
        TlsIdentity tls) {

    public PeersConfig {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(transport, "transport");
    }

    /** Whether there may be other nodes. */
    public boolean isClustered() {
        return discovery != null;
    }

    /** A node without others. */
    public static PeersConfig alone() {
        return new PeersConfig(
                new PeerAddress("127.0.0.1", 19_092),
                null,
                PeerTransportConfig.defaults("millrace"),
                1,
                120_000,
                3_000,
                500,
                10_000,
                1,
                64L << 20,
                0,
                10_000,
                false,
                null);
    }
}
