package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.simulation.SimWorld;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.metadata.ProducerIdsRecord;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.BatchReader;
import org.apache.kafka.raft.ExpirationService;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.raft.RaftClients;
import org.apache.kafka.raft.RaftMessage;
import org.apache.kafka.raft.RaftMessageQueue;
import org.apache.kafka.raft.errors.NotLeaderException;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.SnapshotReader;

/** One node of a simulation: a disk that stays, and a process that comes and goes. */
final class SimNode {

    QuorumSettings settings;
    SimDisk disk;
    private SimLog log;
    private final SimWorld world;
    private final SimNetwork network;
    private final QuorumInvariants invariants;
    private Process process;
    private int crashes;

    /** One life of the node. */
    private final class Process
            implements RaftMessageQueue, ExpirationService, RaftClient.Listener<ApiMessageAndVersion> {
        private final ArrayDeque<RaftMessage> messages = new ArrayDeque<>();
        private final KafkaRaftClient<ApiMessageAndVersion> client;
        private final Metrics metrics = new Metrics();
        private final QuorumLog raftLog;
        private boolean woken;
        private long wakeAtMs;
        private long lastOffset = -1;
        private int lastEpoch;

        Process() throws IOException {
            String place = settings.ownAddress().host();
            QuorumChannel channel = new QuorumChannel(
                    network.of(settings.ownAddress()),
                    new WhomToAsk(settings.ownAddress(), List.of()),
                    (delayMs, task) -> world.after(delayMs, place, task),
                    world.random(place),
                    settings.timings().requestTimeoutMs(),
                    this::isCredible);
            raftLog = new QuorumLog(new DurableLog(log), new MetadataSnapshots(settings.dataDirectory()));
            client = RaftClients.create(
                    Quorum.identity(settings),
                    new RaftClients.Parts(
                            channel,
                            new PatientQueue(this),
                            raftLog,
                            new SmallBuffers(),
                            world,
                            this,
                            world.random(place)),
                    MetadataRecordSerde.INSTANCE,
                    Quorum.FETCH_MAX_WAIT_MS,
                    Quorum.config(settings.timings()));
            client.register(this);
            client.initialize(
                    Map.of(),
                    new RememberedElection(Quorum.key(settings), disk, () -> RaftClients.voters(client)),
                    metrics,
                    ignored -> {});
            QuorumRequests requests = new QuorumRequests(client, world);
            requests.open();
            QuorumView view = new QuorumView(client, settings);
            QuorumApis apis = new QuorumApis(settings, view, requests);
            network.listen(settings.ownAddress(), apis.rows());
            VoterChanges changes = new VoterChanges(settings, view, apis, network.of(settings.ownAddress()));
            lookForAPlace(new VoterJoin(settings, view, changes));
        }

        private void lookForAPlace(VoterJoin join) {
            world.after(
                    settings.timings().fetchTimeoutMs(), settings.ownAddress().host(), () -> {
                        if (process == this) {
                            join.look();
                            lookForAPlace(join);
                        }
                    });
        }

        void snapshot() {
            OffsetAndEpoch id = new OffsetAndEpoch(lastOffset + 1, lastEpoch);
            client.createSnapshot(id, 0).ifPresent(writer -> {
                try (writer) {
                    for (long number : invariants.state(settings.nodeId())) {
                        writer.append(List.of(record(number)));
                    }
                    writer.freeze();
                }
            });
            raftLog.maybeClean();
        }

        private boolean isCredible(ApiMessage answer) {
            return new QuorumView(client, settings).isCredible(answer);
        }

        boolean isRunnable() {
            return !messages.isEmpty() || woken || world.milliseconds() >= wakeAtMs;
        }

        @Override
        public RaftMessage poll(long timeoutMs) {
            woken = false;
            wakeAtMs = world.milliseconds() + timeoutMs;
            return messages.poll();
        }

        @Override
        public void add(RaftMessage message) {
            messages.add(message);
        }

        @Override
        public boolean isEmpty() {
            return messages.isEmpty();
        }

        @Override
        public void wakeup() {
            woken = true;
        }

        @Override
        public <T> CompletableFuture<T> failAfter(long timeoutMs) {
            CompletableFuture<T> future = new CompletableFuture<>();
            if (timeoutMs < Integer.MAX_VALUE) {
                world.after(
                        timeoutMs,
                        settings.ownAddress().host(),
                        () -> future.completeExceptionally(new TimeoutException("too late")));
            }
            return future;
        }

        @Override
        public void handleCommit(BatchReader<ApiMessageAndVersion> reader) {
            try (reader) {
                while (reader.hasNext()) {
                    var batch = reader.next();
                    long offset = batch.baseOffset();
                    for (ApiMessageAndVersion record : batch.records()) {
                        long number = ((ProducerIdsRecord) record.message()).nextProducerId();
                        invariants.committed(settings.nodeId(), offset++, batch.epoch(), number);
                    }
                    lastOffset = batch.lastOffset();
                    lastEpoch = batch.epoch();
                }
            }
        }

        @Override
        public void handleLoadSnapshot(SnapshotReader<ApiMessageAndVersion> reader) {
            try (reader) {
                List<Long> numbers = new ArrayList<>();
                while (reader.hasNext()) {
                    reader.next()
                            .records()
                            .forEach(record -> numbers.add(((ProducerIdsRecord) record.message()).nextProducerId()));
                }
                lastOffset = reader.lastContainedLogOffset();
                lastEpoch = reader.lastContainedLogEpoch();
                invariants.loaded(settings.nodeId(), lastOffset + 1, numbers);
            }
        }

        @Override
        public void handleLoadBootstrap(SnapshotReader<ApiMessageAndVersion> reader) {
            reader.close();
        }

        @Override
        public void handleLeaderChange(LeaderAndEpoch leader) {}
    }

    SimNode(
            int id,
            Path directory,
            int nodes,
            SimWorld world,
            SimNetwork network,
            SimDisk disk,
            QuorumInvariants invariants) {
        this.settings = settings(id, directory, nodes);
        this.world = world;
        this.network = network;
        this.disk = disk;
        this.log = new SimLog(disk);
        this.invariants = invariants;
    }

    static QuorumSettings settings(int id, Path directory, int nodes) {
        List<PeerAddress> all = new ArrayList<>();
        for (int each = 1; each <= nodes; each++) {
            all.add(address(each));
        }
        return new QuorumSettings(
                id, new UUID(7, id), "simulation", directory, address(id), all, true, nodes, QuorumTimings.defaults());
    }

    static PeerAddress address(int id) {
        return new PeerAddress("node-" + id, 7_000 + id);
    }

    /** The disk is replaced by an empty one. */
    void wipe(Path emptyDirectory, SimDisk emptyDisk) {
        if (isUp()) {
            crash();
        }
        invariants.wiped(settings.nodeId());
        settings = new QuorumSettings(
                settings.nodeId(),
                new UUID(8, settings.nodeId()),
                settings.clusterId(),
                emptyDirectory,
                settings.ownAddress(),
                settings.bootstrap(),
                true,
                settings.voters(),
                settings.timings());
        disk = emptyDisk;
        log = new SimLog(emptyDisk);
    }

    /** Writes down what was committed, and lets go of what is older. */
    void snapshot() {
        try {
            process.snapshot();
        } catch (SimDisk.Crash e) {
            crash();
        }
    }

    private static ApiMessageAndVersion record(long number) {
        return new ApiMessageAndVersion(new ProducerIdsRecord().setNextProducerId(number), (short) 0);
    }

    boolean isUp() {
        return process != null;
    }

    void start() throws IOException {
        invariants.began(settings.nodeId());
        try {
            process = new Process();
        } catch (SimDisk.Crash e) {
            crash();
        }
    }

    int crashes() {
        return crashes;
    }

    void crash() {
        crashes++;
        network.refuse(settings.ownAddress());
        disk.powerCut();
        if (process != null) {
            process.metrics.close();
        }
        process = null;
    }

    boolean isRunnable() {
        return process != null && process.isRunnable();
    }

    long wakeAtMs() {
        return process == null ? Long.MAX_VALUE : process.wakeAtMs;
    }

    void poll() {
        try {
            process.client.poll();
            invariants.look(settings.nodeId(), process.client);
        } catch (SimDisk.Crash e) {
            crash();
        }
    }

    boolean isLeader() {
        return process != null && process.client.leaderAndEpoch().isLeader(settings.nodeId());
    }

    void append(long number) {
        try {
            process.client.prepareAppend(process.client.leaderAndEpoch().epoch(), List.of(record(number)));
            process.client.schedulePreparedAppend();
        } catch (NotLeaderException e) {
            // It led a moment ago.
        }
    }
}
