package io.millrace.cluster.quorum;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.QuorumStateStore;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.raft.generated.QuorumStateData;
import org.apache.kafka.server.common.KRaftVersion;

/**
 * {@code voter-state} in the data directory: the epoch of the quorum, who leads in it, and for whom this node voted. Durable before any
 * answer that rests on it. Payload: epoch int32, leader int32 (-1: not known), voted for int32 (-1: for nobody), directory id of that one
 * 16 bytes.
 *
 * <p>A damaged file ends the start: a node that does not know its vote could give a second one.
 */
final class VoterStateFile implements QuorumStateStore {

    static final String NAME = "voter-state";

    private static final String KIND = "MLVS";
    private static final int VERSION = 1;
    private static final int PAYLOAD_BYTES = 28;
    private static final short WITH_DIRECTORY_IDS = 1;

    private final Disk disk;
    private final Path path;
    private final AtomicFile file;

    VoterStateFile(Disk disk, Path dataDirectory) {
        this.disk = disk;
        this.path = dataDirectory.resolve(NAME);
        this.file = new AtomicFile(disk, KIND, VERSION);
    }

    @Override
    public Optional<ElectionState> readElectionState() {
        try {
            if (!disk.exists(path)) {
                return Optional.empty();
            }
            AtomicFile.Examined found = AtomicFile.examine(disk, path);
            if (found.payload() == null
                    || found.kind() != AtomicFile.fourCharacters(KIND)
                    || found.version() != VERSION
                    || found.payload().remaining() != PAYLOAD_BYTES) {
                throw new IOException(path + " is damaged"
                        + (found.doubt() == null ? "" : " (" + found.doubt() + ")")
                        + ": it is not known for whom this node voted, so it must not vote again. Move the data directory"
                        + " away and start with an empty one: the node joins the cluster again as a new voter.");
            }
            return Optional.of(ElectionState.fromQuorumStateData(parse(found.payload())));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static QuorumStateData parse(ByteBuffer payload) {
        return new QuorumStateData()
                .setLeaderEpoch(payload.getInt())
                .setLeaderId(payload.getInt())
                .setVotedId(payload.getInt())
                .setVotedDirectoryId(new Uuid(payload.getLong(), payload.getLong()));
    }

    /** What a file holds does not depend on the version of the protocol: a node that follows has none before it has read the log. */
    @Override
    public void writeElectionState(ElectionState latest, KRaftVersion kraftVersion) {
        Uuid votedDirectory =
                latest.optionalVotedKey().flatMap(ReplicaKey::directoryId).orElse(ReplicaKey.NO_DIRECTORY_ID);
        QuorumStateData data = latest.toQuorumStateData(WITH_DIRECTORY_IDS);
        ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES)
                .putInt(data.leaderEpoch())
                .putInt(data.leaderId())
                .putInt(data.votedId())
                .putLong(votedDirectory.getMostSignificantBits())
                .putLong(votedDirectory.getLeastSignificantBits());
        try {
            file.write(path, payload.flip());
        } catch (IOException e) {
            throw new UncheckedIOException("the vote of this node cannot be written to " + path, e);
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public void clear() {
        try {
            if (disk.exists(path)) {
                disk.delete(path);
                disk.forceDirectory(path.getParent());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + path, e);
        }
    }
}
