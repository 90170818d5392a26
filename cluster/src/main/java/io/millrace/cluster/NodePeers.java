package io.millrace.cluster;

import io.millrace.cluster.controller.ControlPlane;
import io.millrace.cluster.membership.Membership;
import io.millrace.cluster.membership.Suspicion;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.ClusterSettingNames;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerLeaderClient;
import io.millrace.cluster.peer.PeerReplicaTransport;
import io.millrace.cluster.peer.TcpPeerTransport;
import io.millrace.cluster.quorum.Quorum;
import io.millrace.cluster.replication.Replication;
import io.millrace.cluster.replication.ReplicationConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What a node has to do with the others: how they are reached, how copies of what they lead come here, and what follows when one of them is
 * found dead.
 */
final class NodePeers {

    /** How long a leader may be silent beyond the wait that a follower asks for; a paused one is found out by its session before. */
    private static final long FETCH_ANSWER_TIMEOUT_MS = 3_000;

    private final Vertx vertx;
    private final PeersConfig config;
    private final Membership membership;
    private final Supplier<ControlPlane> controlPlane;
    private final TcpPeerTransport transport;

    /** @param controlPlane asked when something is done, not before: it stands on what is here */
    NodePeers(Vertx vertx, PeersConfig config, Membership membership, Supplier<ControlPlane> controlPlane) {
        this.vertx = vertx;
        this.config = config;
        this.membership = membership;
        this.controlPlane = controlPlane;
        this.transport = new TcpPeerTransport(vertx, config.transport(), config.tls());
    }

    TcpPeerTransport transport() {
        return transport;
    }

    /** Where another node is asked, null when it is not registered. */
    PeerAddress address(int nodeId) {
        BrokerMetadata broker = image().brokers().get(nodeId);
        return broker == null ? null : broker.peer();
    }

    /** How replicas here follow their leaders. */
    Replication replication() {
        ReplicationConfig own =
                ReplicationConfig.defaults().with(config.replicaLagTimeMaxMs(), config.catchUpBytesPerSecond());
        return Replication.of(
                        vertx,
                        own,
                        proposal -> controlPlane.get().isrCommitter().alter(proposal),
                        new PeerReplicaTransport(transport, this::address, FETCH_ANSWER_TIMEOUT_MS),
                        () -> controlPlane.get().brokerEpoch())
                .withCatchUpRate(() -> ClusterSettingNames.catchUpBytesPerSecond(image().settings())
                        .orElse(own.catchUpBytesPerSecond()));
    }

    /** What asks those who lead partitions for clients that stay at this node. */
    PeerLeaderClient leaders() {
        return new PeerLeaderClient(transport, this::address, FETCH_ANSWER_TIMEOUT_MS);
    }

    /**
     * Looks for nodes that are dead, from here on. None costs a session timeout: the quorum need not wait for its leader, nor the controller
     * for the broker.
     */
    void noticeDeaths(Quorum quorum) {
        Suspicion suspicion = new Suspicion(
                membership,
                transport,
                (delayMs, action) -> vertx.setTimer(delayMs, id -> action.run()),
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                dead -> {
                    quorum.hintLeaderGone(dead.nodeId());
                    BrokerMetadata broker = image().brokers().get(dead.nodeId());
                    if (broker != null && !broker.fenced()) {
                        controlPlane.get().fence(dead.nodeId(), broker.epoch());
                    }
                });
        membership.listen(suspicion::onEvent);
    }

    /** Leaves the others, and asks none any more. */
    Future<Void> close() {
        return membership.leave().compose(left -> transport.close());
    }

    private ClusterImage image() {
        return controlPlane.get().controller().image();
    }
}
