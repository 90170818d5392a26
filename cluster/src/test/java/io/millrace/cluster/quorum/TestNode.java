package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerAddress;
import io.millrace.storage.LogManager;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.metadata.NoOpRecord;
import org.apache.kafka.common.metadata.ProducerIdsRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.raft.BatchReader;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.SnapshotReader;
import org.apache.kafka.snapshot.SnapshotWriter;

/** One node of a quorum over a real directory, and what its listener has seen. Numbers are written and read as records. */
final class TestNode {

    static final String CLUSTER_ID = "test-cluster";

    /** Half of the real ones. */
    static final QuorumTimings TIMINGS = new QuorumTimings(600, 300, 100, 500, 20);

    final int id;
    final Path directory;
    final UUID directoryId;
    final PeerAddress address;
    final AtomicReference<Throwable> fatal = new AtomicReference<>();
    final Listener listener = new Listener();
    private final MemoryTransport network;
    private final int voters;
    private LogManager logs;
    private Quorum quorum;

    TestNode(int id, Path directory, UUID directoryId, MemoryTransport network, int voters) {
        this(id, directory, directoryId, network, voters, new PeerAddress("node-" + id, 7_000 + id));
    }

    private TestNode(
            int id, Path directory, UUID directoryId, MemoryTransport network, int voters, PeerAddress address) {
        this.id = id;
        this.directory = directory;
        this.directoryId = directoryId;
        this.network = network;
        this.voters = voters;
        this.address = address;
    }

    /** The same node in its next life: nothing but its disk is left. */
    TestNode again() {
        return new TestNode(id, directory, directoryId, network, voters, address);
    }

    /** Its next life at another address. */
    TestNode moved(PeerAddress to) {
        return new TestNode(id, directory, directoryId, network, voters, to);
    }

    QuorumSettings settings(PeerAddress... bootstrap) {
        return new QuorumSettings(
                id, directoryId, CLUSTER_ID, directory, address, List.of(bootstrap), true, voters, TIMINGS);
    }

    TestNode format() throws IOException {
        Quorum.formatLoneVoter(settings());
        return this;
    }

    TestNode start(PeerAddress... bootstrap) throws IOException {
        return start(settings(bootstrap));
    }

    TestNode start(QuorumSettings settings) throws IOException {
        logs = LogManager.open(
                new StorageConfig(directory, 1, 2L << 20, 10_000, 64L << 20, 1L << 20, 0, 0, 86_400_000),
                Clock.systemUTC(),
                StorageMetrics.NONE);
        try {
            quorum = Quorum.open(settings, logs, network.of(address), (what, cause) -> fatal.set(cause), List::of);
        } catch (IOException e) {
            logs.close();
            throw e;
        }
        network.listen(address, quorum.apis());
        quorum.client().register(listener);
        quorum.start();
        return this;
    }

    Quorum quorum() {
        return quorum;
    }

    QuorumStatus status() {
        return quorum.status();
    }

    boolean isLeader() {
        return status().role() == QuorumStatus.Role.LEADER && listener.leading;
    }

    /** Appends a number as the leader; returns its offset. */
    long append(long number) {
        return append(number, () -> {});
    }

    long append(long number, Runnable beforeItGoesOut) {
        return append(List.of(record(number)), beforeItGoesOut);
    }

    /** In one batch. */
    long appendAll(List<Long> numbers) {
        return append(numbers.stream().map(TestNode::record).toList(), () -> {});
    }

    private long append(List<ApiMessageAndVersion> records, Runnable beforeItGoesOut) {
        RaftClient<ApiMessageAndVersion> client = quorum.client();
        beforeItGoesOut.run();
        long offset = client.prepareAppend(client.leaderAndEpoch().epoch(), records);
        client.schedulePreparedAppend();
        return offset;
    }

    /** Without repetitions: a number whose fate was not known was appended again. */
    List<Long> committed() {
        synchronized (listener.numbers) {
            return listener.numbers.stream().distinct().toList();
        }
    }

    private static ApiMessageAndVersion record(long number) {
        return new ApiMessageAndVersion(new ProducerIdsRecord().setNextProducerId(number), (short) 0);
    }

    /** Writes down everything that was committed, as the controller does. */
    void snapshot() {
        List<Long> numbers = committed();
        OffsetAndEpoch id = new OffsetAndEpoch(listener.lastOffset + 1, listener.lastEpoch);
        try (SnapshotWriter<ApiMessageAndVersion> writer =
                quorum.client().createSnapshot(id, 0).orElseThrow()) {
            for (long number : numbers) {
                writer.append(List.of(record(number)));
            }
            writer.freeze();
        }
    }

    /** The disk goes away under the quorum. */
    void loseLogs() {
        logs.close();
    }

    /** Dies: nobody is told, nothing is written down. */
    void kill() {
        network.refuse(address);
        quorum.abandon();
        logs.close();
    }

    void stop() {
        quorum.stop(2_000);
        network.refuse(address);
        logs.close();
    }

    /** Collects on the poll thread, which it must not hold up. */
    final class Listener implements RaftClient.Listener<ApiMessageAndVersion> {
        final List<Long> numbers = Collections.synchronizedList(new ArrayList<>());
        volatile boolean leading;
        volatile long lastOffset = -1;
        volatile int lastEpoch;
        volatile int snapshots;

        @Override
        public void handleCommit(BatchReader<ApiMessageAndVersion> reader) {
            try (reader) {
                while (reader.hasNext()) {
                    var batch = reader.next();
                    batch.records().forEach(record -> take(record.message()));
                    lastOffset = batch.lastOffset();
                    lastEpoch = batch.epoch();
                }
            }
        }

        @Override
        public void handleLoadSnapshot(SnapshotReader<ApiMessageAndVersion> reader) {
            try (reader) {
                numbers.clear();
                snapshots++;
                while (reader.hasNext()) {
                    reader.next().records().forEach(record -> take(record.message()));
                }
                lastOffset = reader.lastContainedLogOffset();
                lastEpoch = reader.lastContainedLogEpoch();
            }
        }

        @Override
        public void handleLoadBootstrap(SnapshotReader<ApiMessageAndVersion> reader) {
            reader.close();
        }

        @Override
        public void handleLeaderChange(LeaderAndEpoch leader) {
            leading = leader.isLeader(id);
        }

        private void take(ApiMessage record) {
            if (record instanceof ProducerIdsRecord ids) {
                numbers.add(ids.nextProducerId());
            } else if (!(record instanceof NoOpRecord)) {
                throw new AssertionError("what is " + record + "?");
            }
        }
    }
}
