package io.millrace.cluster.identity;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.metadata.FormerMetadata;
import io.millrace.cluster.metadata.FormerMetadataFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Finds out whose data directory this is: its own identity, that of an older Millrace's {@code metadata.json}, or none yet. Blocks.
 */
public final class Formation {

    private final int nodeId;
    private final Path directory;
    private final IdentityFile file;
    private final FormerMetadataFile formerFile;

    public Formation(Disk disk, Path directory, int nodeId) {
        this.nodeId = nodeId;
        this.directory = directory;
        this.file = new IdentityFile(disk, directory);
        this.formerFile = new FormerMetadataFile(disk, directory);
    }

    /** Of a node's data directory. */
    public static Formation of(ClusterConfig config) {
        return new Formation(Disk.local(), config.storage().directory(), config.nodeId());
    }

    /** What an older Millrace left, as long as it is not put aside. */
    public Optional<FormerMetadata> former() throws IOException {
        Optional<FormerMetadata> former = formerFile.read();
        if (former.isPresent()) {
            IdentityFile.checkOwner(directory, former.get().nodeId(), nodeId);
        }
        return former;
    }

    /** The identity, empty when the directory is not formatted. */
    public Optional<NodeIdentity> identity() throws IOException {
        return file.read(nodeId);
    }

    /**
     * Makes this directory one of a cluster, for ever. Durable on return.
     *
     * @param preparation what has to be on the disk before the identity is: as long as there is none, it is done again
     */
    public NodeIdentity format(UUID clusterId, Preparation preparation) throws IOException {
        NodeIdentity identity = new NodeIdentity(clusterId, nodeId, UUID.randomUUID());
        preparation.prepare(identity);
        file.write(identity);
        return identity;
    }

    /** Writes what belongs to a new identity. */
    @FunctionalInterface
    public interface Preparation {
        void prepare(NodeIdentity identity) throws IOException;
    }

    /** To be called when everything that an older Millrace left is in the metadata log. */
    public void putFormerAside() throws IOException {
        formerFile.putAside();
    }
}
