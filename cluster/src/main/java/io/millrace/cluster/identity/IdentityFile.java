package io.millrace.cluster.identity;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * The file {@code node-identity}: cluster id, directory id (16 bytes each), node id (4 bytes). Not thread-safe; blocks.
 */
public final class IdentityFile {

    private static final String NAME = "node-identity";
    private static final int PAYLOAD_BYTES = 36;

    private final Disk disk;
    private final Path file;
    private final AtomicFile format;

    public IdentityFile(Disk disk, Path directory) {
        this.disk = disk;
        this.file = directory.resolve(NAME);
        this.format = new AtomicFile(disk, "NODE", 1);
    }

    /**
     * What it says, empty when the directory is not formatted.
     *
     * @throws IOException when there is a file that cannot be used, or it belongs to another node; the message tells the user what to do
     */
    public Optional<NodeIdentity> read(int nodeId) throws IOException {
        Optional<NodeIdentity> found = read();
        if (found.isPresent()) {
            checkOwner(file.getParent(), found.get().nodeId(), nodeId);
        }
        return found;
    }

    /** As above, of whatever node. */
    public Optional<NodeIdentity> read() throws IOException {
        if (!disk.exists(file)) {
            return Optional.empty();
        }
        ByteBuffer payload = format.read(file)
                .filter(bytes -> bytes.remaining() == PAYLOAD_BYTES)
                .orElseThrow(() -> new IOException("The file " + file
                        + " is damaged or of another version, so it is not known which cluster and node this data"
                        + " belongs to. Restore it from a backup; or, if other nodes have the data, move the whole directory"
                        + " aside and start this node empty."));
        UUID clusterId = uuid(payload);
        UUID directoryId = uuid(payload);
        return Optional.of(new NodeIdentity(clusterId, payload.getInt(), directoryId));
    }

    /** Refuses a directory of another node. */
    public static void checkOwner(Path directory, int owner, int nodeId) throws IOException {
        if (owner != nodeId) {
            throw new IOException("The data directory " + directory + " belongs to node " + owner + ", but node.id is "
                    + nodeId + ". Use that node id, or another data directory.");
        }
    }

    /** Writes it, durable on return. */
    public void write(NodeIdentity identity) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES);
        put(payload, identity.clusterId());
        put(payload, identity.directoryId());
        payload.putInt(identity.nodeId()).flip();
        format.write(file, payload);
    }

    private static UUID uuid(ByteBuffer bytes) {
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    private static void put(ByteBuffer target, UUID id) {
        target.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }
}
