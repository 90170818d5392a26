package io.millrace.cluster.controller;

import io.millrace.cluster.NodeEndpoints;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.PeerTransport;
import io.millrace.cluster.peer.ReplicaSizes;
import io.millrace.cluster.quorum.Quorum;
import io.millrace.cluster.replication.IsrCommitter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.server.fault.FaultHandler;

/**
 * One node's part of deciding what the cluster consists of, put together: create it, {@link #start} it, wait for {@link #caughtUp}, then
 * {@link #register}; {@link #leave} and {@link #close} in this order at the end. Thread-safe.
 */
public final class ControlPlane {

    /**
     * The previous epoch of a node that brings its topics from an older Millrace: what Kafka's controller holds against a node that it
     * never saw, so that the node counts as one that stopped in order and keeps its places in the in-sync sets.
     */
    public static final long TAKEN_OVER = -2;

    /** So long that it outlasts an election, should the dead node have led the quorum. */
    private static final long FENCE_TIMEOUT_MS = 10_000;

    private final Vertx vertx;
    private final ControllerSettings settings;
    private final ImagePublisher images;
    private final Quorum quorum;
    private final MetadataThreads threads;
    private final ControllerApis apis;
    private final ActiveController active;

    /** The controller of this node, while it is the active one. */
    private final ActiveController own;

    private final ClusterController controller;
    private final IsrCommits isrCommits;
    private final DirectoryAssignments directories;
    private final ClusterAdministration admin;
    private final Promise<Void> caughtUp = Promise.promise();
    private volatile BrokerLifecycle lifecycle;

    /**
     * @param quorum not started yet, so that nothing is missed
     * @param sizes what replicas have on their disks
     * @param applier brings this node's partitions in line with an image; called one image after the other
     * @param fatal ends the process, after a failure that leaves the state in memory in doubt
     */
    public ControlPlane(
            Vertx vertx,
            ControllerSettings settings,
            Quorum quorum,
            PeerTransport transport,
            ReplicaSizes sizes,
            Function<ClusterImage, CompletionStage<Void>> applier,
            FaultHandler fatal)
            throws Exception {
        this.vertx = vertx;
        this.settings = settings;
        this.quorum = quorum;
        this.images = new ImagePublisher(settings.clusterId(), applier);
        images.onImage(image -> {
            caughtUp.tryComplete();
            if (lifecycle != null) {
                lifecycle.imageApplied();
            }
        });
        this.threads = new MetadataThreads(settings, quorum.client(), images, fatal);
        this.apis = new ControllerApis(threads.controller());
        this.active = new ActiveController(vertx, transport, whereabouts(quorum::leaderAddress), System::nanoTime);
        this.own = new ActiveController(vertx, transport, whereabouts(Optional::empty), System::nanoTime);
        this.controller = new ClusterController(vertx, settings, active, images, this::brokerEpoch);
        this.admin = new ClusterAdministration(settings.nodeId(), active, controller, quorum, sizes);
        this.directories =
                new DirectoryAssignments(vertx, settings.nodeId(), settings.directoryId(), this::brokerEpoch, active);
        this.isrCommits = new IsrCommits(settings.nodeId(), this::brokerEpoch, active);
    }

    private ActiveController.Whereabouts whereabouts(Supplier<Optional<PeerAddress>> otherNode) {
        return new ActiveController.Whereabouts() {
            @Override
            public Optional<ControllerApis> here() {
                return quorum.client().leaderAndEpoch().isLeader(settings.nodeId())
                        ? Optional.of(apis)
                        : Optional.empty();
            }

            @Override
            public Optional<PeerAddress> elsewhere() {
                return otherNode.get();
            }
        };
    }

    /** A cluster id as Kafka writes it. */
    public static String kafkaId(UUID clusterId) {
        return KafkaIds.toKafka(clusterId).toString();
    }

    public Controller controller() {
        return controller;
    }

    public ClusterAdmin admin() {
        return admin;
    }

    public IsrCommitter isrCommitter() {
        return isrCommits;
    }

    /** To be called before {@link #start}, so that nothing is missed. */
    public void follow(MetadataFollower follower) {
        images.follow(follower);
    }

    /** What other nodes may ask. */
    public List<PeerApi> apis() {
        return apis.all();
    }

    /**
     * Starts the quorum, and to follow what it commits. Blocks.
     *
     * @throws IOException when the metadata log is damaged; the message says what to do
     */
    public void start() throws IOException {
        quorum.start();
        threads.start(directories);
    }

    /** Completes when the first image was applied: everything that was committed before is known here then. */
    public Future<Void> caughtUp() {
        return caughtUp.future();
    }

    /**
     * Registers this process life. Completes when the controller has let the node in, and the node leads what it was given.
     *
     * @param previousEpoch the broker epoch of the last life, -1 if there was none
     * @param epochKeeper writes the new one down durably, for the next life; may block
     */
    public Future<Void> register(NodeEndpoints endpoints, long previousEpoch, LongConsumer epochKeeper) {
        lifecycle = new BrokerLifecycle(
                vertx,
                new BrokerSettings(
                        settings.nodeId(),
                        settings.clusterId(),
                        settings.directoryId(),
                        settings.rack(),
                        endpoints,
                        previousEpoch,
                        settings.heartbeatIntervalMs()),
                active,
                images::image,
                epochKeeper);
        return lifecycle.start().compose(letIn -> controller.follows(this::isLetIn));
    }

    private boolean isLetIn(ClusterImage image) {
        BrokerMetadata self = image.brokers().get(settings.nodeId());
        return self != null && self.epoch() == brokerEpoch() && !self.fenced();
    }

    /** The epoch of this process life, -1 until it is registered. */
    public long brokerEpoch() {
        BrokerLifecycle present = lifecycle;
        return present == null ? -1 : present.epoch();
    }

    /**
     * Takes a node for dead now, if this node is the active controller or becomes it within a moment: two proofs say that it is. Other nodes
     * are not asked to: they have their own proofs, and nobody may speak for another node.
     */
    public Future<Void> fence(int nodeId, long brokerEpoch) {
        return own.send(
                        new BrokerHeartbeatRequestData()
                                .setBrokerId(nodeId)
                                .setBrokerEpoch(brokerEpoch)
                                .setCurrentMetadataOffset(images.image().version())
                                .setWantFence(true),
                        BrokerHeartbeatResponseData.class,
                        FENCE_TIMEOUT_MS)
                .mapEmpty();
    }

    /** Moves leaderships away and says goodbye; completes within the time, whatever happens. */
    public Future<Void> leave(long timeoutMs) {
        BrokerLifecycle present = lifecycle;
        return present == null ? Future.succeededFuture() : present.stop(timeoutMs);
    }

    /** Ends the threads. Blocks. The quorum is stopped by whoever started it, afterwards. */
    public void close() throws InterruptedException {
        active.close();
        own.close();
        threads.close();
    }
}
