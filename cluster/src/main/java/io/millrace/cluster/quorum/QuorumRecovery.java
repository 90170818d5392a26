package io.millrace.cluster.quorum;

import io.millrace.cluster.identity.NodeIdentity;
import io.millrace.cluster.peer.KafkaIds;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.storage.LogManager;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.Batch;
import org.apache.kafka.raft.ControlRecord;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.Isolation;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.raft.VoterSet;
import org.apache.kafka.raft.internals.RecordsIterator;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.snapshot.RawSnapshotReader;

/**
 * The metadata log of a node that does not run: read, and given to that node alone. For a cluster that lost the disks of most of its
 * voters, and with them the possibility to agree on anything.
 *
 * <p>Everything that this log has counts as committed afterwards, also what never was; what only the lost disks had never happened. Not
 * thread-safe; blocks.
 */
public final class QuorumRecovery implements AutoCloseable {

    /**
     * Added to the epoch that this node knows: none of the former voters can have come that far by elections that this node did not
     * hear of, so that one that comes back after all follows, and does not lead.
     */
    static final int EPOCHS_AHEAD = 1_000;

    private static final int BATCH_BYTES_MAX = 8 << 20;
    private static final int BATCH_RECORDS_MAX = 1_000;
    private static final short VOTERS_VERSION = 0;

    private final NodeIdentity self;
    private final QuorumLog log;
    private final VoterStateFile voterState;
    private VoterSet voters = VoterSet.empty();
    private long lastChangeMs = -1;

    private QuorumRecovery(NodeIdentity self, QuorumLog log, VoterStateFile voterState) {
        this.self = self;
        this.log = log;
        this.voterState = voterState;
    }

    /**
     * What the log says about the quorum.
     *
     * @param epoch the newest that this node knows of
     * @param endOffset the offset after its last record
     * @param lastChangeMs when its last record was written, milliseconds since 1970; -1 if it has none
     * @param voters by node id
     */
    public record Found(int epoch, long endOffset, long lastChangeMs, List<QuorumStatus.Voter> voters) {}

    /**
     * Opens the log and reads it all.
     *
     * @param records is given every batch, first those of the newest snapshot
     * @throws IOException when it is damaged or there is none; the message says what to do
     */
    public static QuorumRecovery open(
            NodeIdentity self, Path dataDirectory, LogManager logs, Consumer<Batch<ApiMessageAndVersion>> records)
            throws IOException {
        if (logs.log(Quorum.PARTITION).isEmpty()) {
            throw new IOException(
                    "There is no metadata log in " + dataDirectory
                            + ": this node does not know what its cluster consists of, so the cluster cannot be recovered from it");
        }
        QuorumRecovery recovery = new QuorumRecovery(
                self, Quorum.openLog(dataDirectory, logs), new VoterStateFile(Disk.local(), dataDirectory));
        try {
            recovery.read(records);
        } catch (RuntimeException e) {
            recovery.close();
            throw new IOException("The metadata log in " + dataDirectory + " cannot be read: " + e.getMessage(), e);
        }
        return recovery;
    }

    private void read(Consumer<Batch<ApiMessageAndVersion>> records) {
        Consumer<Batch<ApiMessageAndVersion>> each = batch -> {
            look(batch);
            records.accept(batch);
        };
        long offset = 0;
        Optional<RawSnapshotReader> snapshot = log.latestSnapshot();
        if (snapshot.isPresent()) {
            batches(snapshot.get().records(), each);
            offset = snapshot.get().snapshotId().offset();
        }
        while (offset < log.endOffset().offset()) {
            long[] next = {offset};
            batches(log.read(offset, Isolation.UNCOMMITTED, Integer.MAX_VALUE).records, batch -> {
                each.accept(batch);
                next[0] = batch.lastOffset() + 1;
            });
            offset = next[0];
        }
    }

    private static void batches(Records records, Consumer<Batch<ApiMessageAndVersion>> each) {
        try (RecordsIterator<ApiMessageAndVersion> batches = new RecordsIterator<>(
                records,
                MetadataRecordSerde.INSTANCE,
                BufferSupplier.create(),
                BATCH_BYTES_MAX,
                true,
                new LogContext())) {
            batches.forEachRemaining(each);
        }
    }

    private void look(Batch<ApiMessageAndVersion> batch) {
        lastChangeMs = Math.max(lastChangeMs, batch.appendTimestamp());
        for (ControlRecord control : batch.controlRecords()) {
            if (control.message() instanceof VotersRecord record) {
                voters = VoterSet.fromVotersRecord(record);
            }
        }
    }

    public Found found() {
        List<QuorumStatus.Voter> list = new ArrayList<>();
        for (VoterSet.VoterNode voter : voters.voterNodes()) {
            ReplicaKey key = voter.voterKey();
            list.add(new QuorumStatus.Voter(
                    key.id(),
                    KafkaIds.fromKafka(key.directoryId().orElse(ReplicaKey.NO_DIRECTORY_ID)),
                    voter.listeners()
                            .address(QuorumProtocol.LISTENER)
                            .map(address -> new PeerAddress(address.getHostString(), address.getPort()))));
        }
        list.sort(Comparator.comparingInt(QuorumStatus.Voter::nodeId));
        return new Found(epoch(), log.endOffset().offset(), lastChangeMs, list);
    }

    private int epoch() {
        int ofLog = log.lastFetchedEpoch();
        try {
            return voterState
                    .readElectionState()
                    .map(state -> Math.max(ofLog, state.epoch()))
                    .orElse(ofLog);
        } catch (UncheckedIOException damaged) {
            // Nobody is left who could count on that vote.
            return ofLog;
        }
    }

    /**
     * Makes this node the only voter. Durable on return; a crash in between leaves a log with the former voters, to which this can be done
     * again.
     *
     * @param address where other nodes reach this one
     * @param consequences what follows from it for the rest of the metadata
     * @return the epoch from which the new quorum goes on
     */
    public int makeLoneVoter(PeerAddress address, List<ApiMessageAndVersion> consequences) {
        int epoch = epoch() + EPOCHS_AHEAD;
        VoterSet lone = VoterSet.fromMap(Map.of(
                self.nodeId(),
                VoterSet.VoterNode.of(
                        ReplicaKey.of(self.nodeId(), KafkaIds.toKafka(self.directoryId())),
                        QuorumProtocol.endpoints(address),
                        Feature.KRAFT_VERSION.supportedVersionRange())));
        voterState.writeElectionState(
                ElectionState.withUnknownLeader(epoch, lone.voterIds()), KRaftVersion.KRAFT_VERSION_1);
        for (int from = 0; from < consequences.size(); from += BATCH_RECORDS_MAX) {
            append(consequences.subList(from, Math.min(consequences.size(), from + BATCH_RECORDS_MAX)), epoch);
        }
        // Last: from here on the node can decide.
        log.appendAsLeader(
                MemoryRecords.withVotersRecord(
                        log.endOffset().offset(),
                        Clock.systemUTC().millis(),
                        epoch,
                        ByteBuffer.allocate(1 << 10),
                        lone.toVotersRecord(VOTERS_VERSION)),
                epoch);
        voters = lone;
        return epoch;
    }

    private void append(List<ApiMessageAndVersion> records, int epoch) {
        long nowMs = Clock.systemUTC().millis();
        log.appendAsLeader(
                MemoryRecords.withRecords(
                        log.endOffset().offset(),
                        Compression.NONE,
                        epoch,
                        records.stream()
                                .map(record -> new SimpleRecord(nowMs, bytes(record)))
                                .toArray(SimpleRecord[]::new)),
                epoch);
    }

    private static byte[] bytes(ApiMessageAndVersion record) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(MetadataRecordSerde.INSTANCE.recordSize(record, cache));
        MetadataRecordSerde.INSTANCE.write(record, cache, new ByteBufferAccessor(bytes));
        return bytes.array();
    }

    /** The logs stay open. */
    @Override
    public void close() {
        log.close();
    }
}
