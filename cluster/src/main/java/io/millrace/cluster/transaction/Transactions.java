package io.millrace.cluster.transaction;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.LocalPartitionService;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.PeerTransport;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/** A node's part in transactions, put together: as the coordinator of some, and as the leader of partitions that are in others. */
public final class Transactions {

    private final MarkerWriter writer;
    private final TransactionCoordinator coordinator;
    private final StatePartitions states;
    private final TransactionApis apis;

    /**
     * @param addresses the node-to-node listener of a node, null when it is not known
     * @param clock milliseconds since 1970
     */
    public Transactions(
            Vertx vertx,
            int nodeId,
            TransactionSettings settings,
            Controller controller,
            LocalPartitionService partitions,
            PeerTransport transport,
            IntFunction<PeerAddress> addresses,
            ProducerIdAllocator producerIds,
            LongSupplier clock) {
        this.writer = new MarkerWriter(partitions, clock);
        TransactionPeers peers = new TransactionPeers(nodeId, transport, addresses, writer);
        MarkerSender sender = new MarkerSender(vertx, controller::image, peers, clock);
        StateTopic topic = new StateTopic(controller, settings.statePartitions());
        this.states = new StatePartitions(vertx, nodeId, controller::image, partitions, topic, sender, clock);
        this.coordinator = new TransactionCoordinator(settings, states, producerIds, clock);
        this.apis = new TransactionApis(coordinator, peers);
        partitions.transactionVerifier(new CoordinatorVerifier(vertx, nodeId, controller::image, coordinator, peers));
    }

    /** There is a new image, and it is in force on this node. */
    public void imageApplied(ClusterImage image) {
        states.onImage(image);
    }

    public TransactionCoordinator coordinator() {
        return coordinator;
    }

    /** What writes markers here, and tells of those in committed offsets. */
    public MarkerWriter markers() {
        return writer;
    }

    public TransactionApis apis() {
        return apis;
    }

    /** What other nodes may ask. */
    public List<PeerApi> peerApis() {
        return apis.rows();
    }

    /** Ends every reign over transactional ids. */
    public void close() {
        states.close();
    }
}
