package io.millrace.cluster;

import io.millrace.cluster.controller.ControlPlane;
import io.millrace.cluster.coordinator.KafkaGroupSettings;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.CommittedOffsets;
import io.millrace.cluster.group.GroupCoordinator;
import io.millrace.cluster.group.ShareStateCoordinator;
import io.millrace.cluster.group.SingleGroupSettings;
import io.millrace.cluster.group.member.GroupMembers;
import io.millrace.cluster.identity.NodeIdentity;
import io.millrace.cluster.membership.ClusterFacts;
import io.millrace.cluster.membership.FormationException;
import io.millrace.cluster.membership.Membership;
import io.millrace.cluster.membership.OwnershipPublisher;
import io.millrace.cluster.membership.OwnershipTable;
import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.FormerMetadata;
import io.millrace.cluster.partition.BatchingRecordAppender;
import io.millrace.cluster.partition.KeyPartitioner;
import io.millrace.cluster.partition.LocalPartitionService;
import io.millrace.cluster.partition.OnceAppends;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.partition.Partitioner;
import io.millrace.cluster.partition.RecordAppender;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.ReplicaSizes;
import io.millrace.cluster.peer.TcpPeerTransport;
import io.millrace.cluster.produce.PlacingProducer;
import io.millrace.cluster.produce.RecordProducer;
import io.millrace.cluster.produce.TopicAccess;
import io.millrace.cluster.quorum.FatalHandler;
import io.millrace.cluster.quorum.Quorum;
import io.millrace.cluster.replication.ReplicaFetchService;
import io.millrace.cluster.routing.RoutedPartitionService;
import io.millrace.cluster.share.ShareGroups;
import io.millrace.cluster.transaction.ProducerIdAllocator;
import io.millrace.cluster.transaction.Transactions;
import io.millrace.storage.LogManager;
import io.millrace.storage.StorageMetrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's part of the cluster: its logs, its metadata and the doors to them.
 *
 * <p>Opened in steps, because others must be able to ask this node before it can know anything: {@link #open} the data directory; let
 * other nodes in to {@link #peerApis()}; {@link #join} the quorum and learn what the cluster consists of; open the listeners for
 * clients; {@link #register} where they are. {@link #stop} undoes it all.
 */
public final class ClusterNode {

    private static final Logger log = LoggerFactory.getLogger(ClusterNode.class);

    private static final int QUORUM_STOP_TIMEOUT_MS = 2_000;

    private final Vertx vertx;
    private final ClusterConfig config;
    private final LogManager logs;
    private final NodePeers peers;
    private final Quorum quorum;
    private final QuorumWait quorumWait;
    private final ReplicaSizes replicaSizes;
    private final ControlPlane controlPlane;
    private final LocalPartitionService partitions;
    private final RoutedPartitionService anywhere;
    private final NodeGroups groups;
    private final SingleGroupSettings groupSettings;
    private final ClusterFacts facts;
    private final NodeHealth health;
    private final OnceAppends once;
    private final RecordAppender appender;
    private final RecordProducer producer;
    private final Partitioner partitioner = new KeyPartitioner();
    private final ProducerIdAllocator producerIds;
    private final Transactions transactions;
    private final NodeRegistration registration;
    private final NodeTimers timers;
    private final Future<?> welcome;
    private volatile boolean stopping;
    private final FatalHandler fatal = FatalHandler.halting();
    private final Resignation resignation;

    /** Null until it is asked for; guarded by this. */
    private Future<Void> leftQuorum;

    private ClusterNode(
            Vertx vertx,
            ClusterConfig config,
            Clock clock,
            LogManager logs,
            Membership membership,
            NodeIdentity identity,
            Optional<FormerMetadata> former,
            Future<?> welcome)
            throws Exception {
        this.welcome = welcome;
        this.vertx = vertx;
        this.config = config;
        this.logs = logs;
        this.groupSettings = new KafkaGroupSettings(config.groups(), config.shareGroups());
        this.peers = new NodePeers(vertx, config.peers(), membership, this::controlPlane);
        TcpPeerTransport transport = peers.transport();
        this.quorum = Quorum.open(
                NodeSettings.quorum(config, identity, membership),
                logs,
                transport,
                fatal,
                () -> NodeSettings.peers(membership));
        this.quorumWait = new QuorumWait(vertx, quorum::status, membership);
        this.partitions = new LocalPartitionService(vertx, config, logs, this::image, peers.replication());
        this.replicaSizes =
                new ReplicaSizes(transport, () -> partitions.overview().sizesBytes());
        this.controlPlane = new ControlPlane(
                vertx,
                NodeSettings.controller(config, identity, groupSettings, former),
                quorum,
                transport,
                replicaSizes,
                partitions::apply,
                (what, cause) -> {
                    fatal.fatal(what, cause);
                    return new IllegalStateException(what, cause);
                });
        this.registration = new NodeRegistration(vertx, config, logs, controlPlane, former.isPresent());
        logs.onOffline(failure -> {
            partitions.failAll(new MillraceException(ErrorCode.KAFKA_STORAGE_ERROR, failure.getMessage(), failure));
            if (config.peers().isClustered()) {
                // Others have what this disk had, and take over as soon as this node is gone; alone, reads are still
                // worth something.
                fatal.fatal("the data directory cannot be written any more", failure);
            }
        });
        OwnershipTable ownership = new OwnershipTable(membership.map(OwnershipTable.MAP));
        this.anywhere =
                new RoutedPartitionService(vertx, config.nodeId(), partitions, this::image, ownership, peers.leaders());
        this.groups = new NodeGroups(vertx, config, controlPlane, partitions, anywhere, transport, peers::address);
        this.facts = new ClusterFacts(membership);
        this.health = new NodeHealth(vertx, config.storage().directory(), logs, partitions, quorum);
        OwnershipPublisher publisher = new OwnershipPublisher(config.nodeId(), ownership);
        membership.listen(publisher::onEvent);
        controlPlane.controller().onImage(image -> {
            publisher.onImage(image);
            anywhere.imageApplied();
        });
        this.once = partitions.onceAppends(config.idempotency(), clock);
        this.appender = new BatchingRecordAppender(
                anywhere, anywhere.once(once), this::image, config.topicDefaults(), clock, config.appenderBytesMax());
        this.producer = new PlacingProducer(
                vertx,
                new TopicAccess(controlPlane.controller(), config.autoCreateTopics()),
                partitioner,
                appender,
                clock);
        this.producerIds = new ProducerIdAllocator(controlPlane.controller());
        this.transactions = new Transactions(
                vertx,
                config.nodeId(),
                config.transactions(),
                controlPlane.controller(),
                partitions,
                transport,
                peers::address,
                producerIds,
                clock::millis);
        transactions.markers().transactionalOffsets(groups::endTransaction);
        controlPlane.controller().onImage(transactions::imageApplied);
        peers.noticeDeaths(quorum);
        this.resignation = new Resignation(vertx, config.nodeId(), partitions, this::image);
        this.timers =
                NodeTimers.start(vertx, partitions, once, transactions.coordinator(), config.retentionIntervalMs());
    }

    /** All steps in one, for a node that is alone and whose clients know where it is. */
    public static Future<ClusterNode> startAlone(
            Vertx vertx, ClusterConfig config, Clock clock, StorageMetrics metrics) {
        return open(vertx, config, clock, metrics)
                .compose(node -> node.join()
                        .compose(joined ->
                                node.register(new NodeEndpoints(config.peers().address(), null, false, null)))
                        .map(node));
    }

    /**
     * Opens the data directory, recovers its logs, and finds out which cluster this node belongs to; an empty directory may have to wait
     * for other nodes. Fails with an exception whose message tells the user what to do.
     */
    public static Future<ClusterNode> open(Vertx vertx, ClusterConfig config, Clock clock, StorageMetrics metrics) {
        return new NodeOpening(vertx, config, clock, metrics)
                .open((logs, membership, identity, former, welcome) ->
                        new ClusterNode(vertx, config, clock, logs, membership, identity, former, welcome));
    }

    /**
     * Starts to follow the metadata quorum. Completes when this node knows everything that was committed, and its partitions are as
     * that says. Fails when the other nodes do not want this one, which also ends it when that is found out later.
     */
    public Future<Void> join() {
        Promise<Void> joined = Promise.promise();
        welcome.onFailure(unwanted -> {
            if (!(unwanted instanceof FormationException)) {
                log.warn("Who else is there could not be looked at; the cluster works without that", unwanted);
            } else if (!joined.tryFail(unwanted) && !stopping) {
                fatal.fatal("it cannot stay in its cluster: " + unwanted.getMessage(), unwanted);
            }
        });
        vertx.executeBlocking(() -> {
                    controlPlane.start();
                    return null;
                })
                .compose(started -> quorumWait.tellUntil(controlPlane.caughtUp()))
                .onSuccess(known -> joined.tryComplete())
                .onFailure(joined::tryFail);
        return joined.future();
    }

    /**
     * Tells the cluster where this node is reached. Completes when it was let in: it leads partitions from then on, and {@link
     * Controller#image()} shows it.
     */
    public Future<Void> register(NodeEndpoints endpoints) {
        return registration.register(endpoints);
    }

    /** What other nodes may ask of this one; to be served before {@link #join}. */
    public List<PeerApi> peerApis() {
        return Stream.of(
                        quorum.apis(),
                        controlPlane.apis(),
                        List.of(replicaSizes.api()),
                        transactions.peerApis(),
                        groups.peerApis())
                .flatMap(List::stream)
                .toList();
    }

    public ClusterConfig config() {
        return config;
    }

    public Controller controller() {
        return controlPlane.controller();
    }

    /** What an administrator asks of the cluster. */
    public ClusterAdmin admin() {
        return controlPlane.admin();
    }

    /** The partitions that this node leads: for clients that go to another node when told to. */
    public PartitionService partitions() {
        return partitions;
    }

    /** All partitions of the cluster, wherever they are led: for clients that stay at this node. */
    public PartitionService anywhere() {
        return anywhere;
    }

    /** Consumer groups; those that this node coordinates. */
    public GroupCoordinator groups() {
        return groups.coordinator();
    }

    /** How far consumer groups are, whichever node coordinates them. */
    public CommittedOffsets committedOffsets() {
        return groups.committedOffsets();
    }

    /** The states of share groups that this node keeps. */
    public ShareStateCoordinator shareStates() {
        return groups.shareStates();
    }

    /** What members of share groups do with the partitions that this node leads. */
    public ShareGroups shareGroups() {
        return groups.shareGroups();
    }

    /** Members of groups that live in this node, wherever their groups are coordinated. */
    public GroupMembers groupMembers() {
        return groups.members();
    }

    /** What single groups may have set for themselves. */
    public SingleGroupSettings groupSettings() {
        return groupSettings;
    }

    /** Numbers that the nodes tell about themselves. */
    public ClusterFacts facts() {
        return facts;
    }

    /** How this node does. */
    public NodeHealth health() {
        return health;
    }

    /** What followers on other nodes ask. */
    public ReplicaFetchService replicas() {
        return partitions;
    }

    /** Appends single records to any partition of the cluster. */
    public RecordAppender appender() {
        return appender;
    }

    /** Stores the records of a request to any topic of the cluster. */
    public RecordProducer producer() {
        return producer;
    }

    /** Appends with idempotency keys, to the partitions that this node leads. */
    public OnceAppends onceAppends() {
        return once;
    }

    public Partitioner partitioner() {
        return partitioner;
    }

    public ProducerIdAllocator producerIds() {
        return producerIds;
    }

    /** Transactions: those that this node coordinates, and those in partitions that it leads. */
    public Transactions transactions() {
        return transactions;
    }

    /** The replicas that this node leads, beyond what every protocol needs of them. */
    public LocalPartitionService localPartitions() {
        return partitions;
    }

    /** Gives leaderships to others. Completes within {@link PeersConfig#leaveTimeoutMs()}, whatever happens. */
    public Future<Void> leave() {
        stopping = true;
        return resignation
                .resign()
                .compose(resigned -> controlPlane.leave(config.peers().leaveTimeoutMs()));
    }

    /**
     * Ends what works with the metadata of the cluster, and the part in its quorum. Other nodes should still reach this one: a leader of the
     * quorum that gives its place away waits until the next one has told it.
     */
    public synchronized Future<Void> leaveQuorum() {
        if (leftQuorum == null) {
            timers.cancel();
            leftQuorum = leave().compose(left -> vertx.executeBlocking(() -> {
                groups.close();
                transactions.close();
                controlPlane.close();
                quorum.stop(QUORUM_STOP_TIMEOUT_MS);
                return null;
            }));
        }
        return leftQuorum;
    }

    /** Flushes and closes everything; the next start is clean. */
    public Future<Void> stop() {
        return leaveQuorum()
                .compose(left -> vertx.executeBlocking(() -> {
                    anywhere.close();
                    partitions.checkpointHighWatermarks();
                    partitions.close();
                    logs.close();
                    return null;
                }))
                .compose(stopped -> peers.close());
    }

    private ControlPlane controlPlane() {
        return controlPlane;
    }

    private ClusterImage image() {
        return controlPlane.controller().image();
    }
}
