package io.millrace.cluster.quorum;

import io.millrace.storage.directory.DataDirectory;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.VoterSet;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.snapshot.FileRawSnapshotWriter;
import org.apache.kafka.snapshot.RecordsSnapshotWriter;
import org.apache.kafka.snapshot.Snapshots;

/** Founds a cluster: writes down that there is one voter, this node. All others join later. */
final class LoneVoter {

    private LoneVoter() {}

    /** Durable on return. Blocks. Written again, it replaces what a crash of the same step has left. */
    static void format(QuorumSettings settings) throws IOException {
        DataDirectory.make(Disk.local(), MetadataSnapshots.directory(settings.dataDirectory()));
        write(
                MetadataSnapshots.directory(settings.dataDirectory()),
                VoterSet.fromMap(Map.of(settings.nodeId(), voter(settings))));
    }

    /** Undoes {@link #format} in a directory that never had a metadata log. Durable on return. Blocks. */
    static void forget(Path dataDirectory) throws IOException {
        Disk disk = Disk.local();
        Path snapshots = MetadataSnapshots.directory(dataDirectory);
        if (disk.exists(snapshots) && !disk.exists(dataDirectory.resolve(DataDirectory.METADATA_LOG))) {
            Snapshots.deleteIfExists(snapshots, Snapshots.BOOTSTRAP_SNAPSHOT_ID);
            disk.forceDirectory(snapshots);
        }
    }

    static VoterSet.VoterNode voter(QuorumSettings settings) {
        return VoterSet.VoterNode.of(
                Quorum.key(settings),
                QuorumProtocol.endpoints(settings.ownAddress()),
                Feature.KRAFT_VERSION.supportedVersionRange());
    }

    static void write(Path directory, VoterSet voters) {
        try (RecordsSnapshotWriter<ApiMessageAndVersion> writer = new RecordsSnapshotWriter.Builder()
                .setRawSnapshotWriter(FileRawSnapshotWriter.create(directory, Snapshots.BOOTSTRAP_SNAPSHOT_ID))
                .setMaxBatchSizeBytes(1 << 20)
                .setKraftVersion(KRaftVersion.KRAFT_VERSION_1)
                .setVoterSet(Optional.of(voters))
                .build(MetadataRecordSerde.INSTANCE)) {
            writer.freeze();
        }
    }
}
