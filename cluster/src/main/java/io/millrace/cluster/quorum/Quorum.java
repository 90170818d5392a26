package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.PeerTransport;
import io.millrace.storage.CompactionConfig;
import io.millrace.storage.FlushPolicy;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.file.Disk;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.raft.RaftClients;
import org.apache.kafka.raft.RaftMessageQueue;
import org.apache.kafka.raft.RaftUtil;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.raft.internals.BlockingMessageQueue;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * This node's part in the quorum that agrees on the metadata log. The order of a life: {@link #formatLoneVoter} once, on the node that
 * founds a cluster; {@link #open}; serve {@link #apis()} on the node-to-node listener; register listeners at {@link #client()}; {@link
 * #start}; and {@link #stop} before the logs are closed.
 *
 * <p>Thread-safe; {@link #open}, {@link #start} and {@link #stop} block. Listeners of the client are called on the poll thread, which also
 * votes and fsyncs: they hand over at once.
 */
public final class Quorum {

    /** The partition of the metadata log: a topic id that Kafka reserves for it. */
    public static final TopicPartition PARTITION =
            new TopicPartition(KafkaIds.fromKafka(QuorumLog.TOPIC_ID), QuorumLog.PARTITION.topic(), 0);

    /** Never deleted by age or size but only behind a snapshot, never compacted, and written also when the disk is nearly full. */
    private static final LogConfig LOG_CONFIG = new LogConfig(
            64 << 20,
            Long.MAX_VALUE,
            4096,
            -1,
            -1,
            Integer.MAX_VALUE,
            LogConfig.TimestampType.CREATE_TIME,
            false,
            false,
            FlushPolicy.GROUP,
            CompactionConfig.defaults(),
            true);

    /** Shorter than every request timeout: the answer to a fetch that finds nothing new. */
    static final int FETCH_MAX_WAIT_MS = 500;

    private final QuorumSettings settings;
    private final QuorumLog log;
    private final QuorumTimer timer;
    private final VoterStateFile voterState;
    private final Metrics metrics = new Metrics();
    private final KafkaRaftClient<ApiMessageAndVersion> client;
    private final QuorumView view;
    private final QuorumRequests requests;
    private final QuorumApis apis;
    private final VoterChanges changes;
    private final QuorumThread thread;

    private Quorum(
            QuorumSettings settings,
            QuorumLog log,
            PeerTransport transport,
            FatalHandler fatal,
            Supplier<List<PeerAddress>> members) {
        this.settings = settings;
        this.log = log;
        this.timer = new QuorumTimer();
        this.voterState = new VoterStateFile(Disk.local(), settings.dataDirectory());
        Time time = new MonotonicTime();
        Random random = new Random();
        RaftMessageQueue queue = new PatientQueue(new BlockingMessageQueue());
        QuorumChannel channel = new QuorumChannel(
                transport,
                new WhomToAsk(settings.ownAddress(), List.of(this::voterAddresses, members)),
                timer::after,
                random,
                settings.timings().requestTimeoutMs(),
                this::isCredible);
        this.client = RaftClients.create(
                identity(settings),
                new RaftClients.Parts(channel, queue, log, new SmallBuffers(), time, timer, random),
                MetadataRecordSerde.INSTANCE,
                FETCH_MAX_WAIT_MS,
                config(settings.timings()));
        this.view = new QuorumView(client, settings);
        this.requests = new QuorumRequests(client, time);
        this.apis = new QuorumApis(settings, view, requests);
        this.changes = new VoterChanges(settings, view, apis, transport);
        this.thread = new QuorumThread(client, queue, fatal);
    }

    /** Founds a cluster in an empty data directory, with this node as the only voter. Durable on return. Blocks. */
    public static void formatLoneVoter(QuorumSettings settings) throws IOException {
        LoneVoter.format(settings);
    }

    /**
     * To be called before an empty data directory joins a cluster: an earlier start may have founded another one in it, and crashed before
     * that directory had an identity. Durable on return. Blocks.
     */
    public static void forgetLoneVoter(Path dataDirectory) throws IOException {
        LoneVoter.forget(dataDirectory);
    }

    /**
     * To be asked before the logs are opened, by a node that is not alone: what an operator may give up of other logs, he may not of this
     * one.
     *
     * @throws IOException when the start would cut records off that other voters count on
     */
    public static void refuseAcceptedLoss(Path dataDirectory) throws IOException {
        Promises.refuseAcceptedLoss(Disk.local(), dataDirectory);
    }

    /**
     * Opens the metadata log, and makes it in a directory where there never was one.
     *
     * @param members who is found otherwise, looked at whenever nobody knows who leads
     * @throws IOException when it is damaged or gone; the message says what to do
     */
    public static Quorum open(
            QuorumSettings settings,
            LogManager logs,
            PeerTransport transport,
            FatalHandler fatal,
            Supplier<List<PeerAddress>> members)
            throws IOException {
        return new Quorum(settings, openLog(settings.dataDirectory(), logs), transport, fatal, members);
    }

    private List<PeerAddress> voterAddresses() {
        return view.voterAddresses();
    }

    /** As above, without a client that takes part. */
    static QuorumLog openLog(Path dataDirectory, LogManager logs) throws IOException {
        MetadataSnapshots snapshots = new MetadataSnapshots(dataDirectory);
        Promises.refuseLogGone(Disk.local(), dataDirectory, snapshots);
        try {
            PartitionLog records =
                    logs.create(PARTITION, LOG_CONFIG).toCompletableFuture().join();
            // A damaged log says so here.
            records.offsets();
            DurableLog durable = new DurableLog(records);
            logs.onOffline(durable::failed);
            return new QuorumLog(durable, snapshots);
        } catch (CompletionException e) {
            throw unusable(dataDirectory, e.getCause());
        } catch (LogException e) {
            throw unusable(dataDirectory, e);
        }
    }

    private static IOException unusable(Path dataDirectory, Throwable cause) {
        return new IOException(
                "the metadata log in " + dataDirectory + " cannot be used: " + cause.getMessage()
                        + " As long as other voters have what is missing here, the safest way is to move the data directory away"
                        + " and to start with an empty one: the node joins the cluster again and copies everything. Records of"
                        + " the metadata log must not be given up in place: this node has promised to keep them.",
                cause);
    }

    static RaftClients.Identity identity(QuorumSettings settings) {
        return new RaftClients.Identity(
                settings.nodeId(),
                KafkaIds.toKafka(settings.directoryId()),
                settings.canBecomeVoter(),
                settings.clusterId(),
                settings.othersToAsk().stream().map(QuorumProtocol::unresolved).toList(),
                QuorumProtocol.endpoints(settings.ownAddress()));
    }

    static ReplicaKey key(QuorumSettings settings) {
        return ReplicaKey.of(settings.nodeId(), KafkaIds.toKafka(settings.directoryId()));
    }

    static QuorumConfig config(QuorumTimings timings) {
        return new QuorumConfig(new AbstractConfig(
                QuorumConfig.CONFIG_DEF,
                Map.of(
                        QuorumConfig.QUORUM_FETCH_TIMEOUT_MS_CONFIG, timings.fetchTimeoutMs(),
                        QuorumConfig.QUORUM_ELECTION_TIMEOUT_MS_CONFIG, timings.electionTimeoutMs(),
                        QuorumConfig.QUORUM_ELECTION_BACKOFF_MAX_MS_CONFIG, timings.backoffMaxMs(),
                        QuorumConfig.QUORUM_REQUEST_TIMEOUT_MS_CONFIG, timings.requestTimeoutMs(),
                        QuorumConfig.QUORUM_RETRY_BACKOFF_MS_CONFIG, timings.retryBackoffMs(),
                        QuorumConfig.QUORUM_LINGER_MS_CONFIG, 0),
                false));
    }

    private boolean isCredible(ApiMessage answer) {
        return view.isCredible(answer);
    }

    /** For the controller. */
    public RaftClient<ApiMessageAndVersion> client() {
        return client;
    }

    /**
     * Reads the log and begins to take part. Blocks.
     *
     * @throws IOException when it is damaged; the message says what to do
     */
    public void start() throws IOException {
        try {
            client.initialize(
                    Map.of(),
                    new RememberedElection(key(settings), voterState, () -> RaftClients.voters(client)),
                    metrics,
                    ignored -> {});
        } catch (CorruptRecordException e) {
            // Damage above the last checkpoint is found when the log is opened, damage below it only now.
            throw unusable(settings.dataDirectory(), e);
        }
        requests.open();
        thread.start();
        VoterJoin join = new VoterJoin(settings, view, changes);
        timer.every(settings.timings().fetchTimeoutMs(), join::look);
    }

    /**
     * What this node answers to others. Also a row for {@code ApiVersions}, which the leader asks of a node that is to become a voter, and
     * one for {@code Fetch}: only those that {@link #isMetadataFetch} says are for the quorum.
     */
    public List<PeerApi> apis() {
        return apis.rows();
    }

    public static boolean isMetadataFetch(FetchRequestData request) {
        return QuorumApis.isMetadataFetch(request);
    }

    /** Once started. */
    public QuorumStatus status() {
        return view.status();
    }

    /** How far all nodes are that follow the log, as the leader sees it. Fails with an error of the catalogue when there is no leader. */
    public Future<List<QuorumStatus.Progress>> progress() {
        return changes.progress();
    }

    /** Where the leader is, that is the active controller; empty while it is not known. */
    public Optional<PeerAddress> leaderAddress() {
        return view.leaderAddress();
    }

    /**
     * Somebody is sure that a node is gone. If that node leads the quorum, an election begins now instead of after the fetch timeout. A false
     * hint costs one election, never data.
     */
    public void hintLeaderGone(int nodeId) {
        LeaderAndEpoch leader = view.leaderAndEpoch();
        if (!leader.isLeader(nodeId) || nodeId == settings.nodeId() || !view.isVoter()) {
            return;
        }
        // All nodes that get the hint have the same order: the first one begins at once, the others a little later.
        List<ReplicaKey> successors =
                view.voterKeys().stream().filter(key -> key.id() != nodeId).toList();
        var hint = RaftUtil.singletonEndQuorumEpochRequest(
                QuorumLog.PARTITION, settings.clusterId(), leader.epoch(), nodeId, successors);
        requests.handle(QuorumProtocol.version(ApiKeys.END_QUORUM_EPOCH), hint);
    }

    /**
     * Makes a node a voter. It must follow the log already. Done when the leader has written it down; refused when there are enough.
     */
    public Future<Void> addVoter(int nodeId, UUID directoryId, PeerAddress address) {
        return changes.add(nodeId, directoryId, address);
    }

    /** Takes a voter out, for good or because its disk is lost. Done when that is committed. */
    public Future<Void> removeVoter(int nodeId, UUID directoryId) {
        return changes.remove(nodeId, directoryId);
    }

    /** Leaves in order: a leader hands over, for a while at most. Blocks until the poll thread has ended; the logs stay open. */
    public void stop(int timeoutMs) {
        thread.stop(timeoutMs);
        close();
    }

    /** Ends like a process that is killed; for tests. */
    void abandon() {
        thread.abandon();
        close();
    }

    private void close() {
        requests.close();
        timer.close();
        client.close();
        log.close();
        metrics.close();
    }

    QuorumLog log() {
        return log;
    }
}
