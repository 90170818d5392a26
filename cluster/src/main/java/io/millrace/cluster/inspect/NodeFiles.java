package io.millrace.cluster.inspect;

import io.millrace.storage.inspect.EntrySink;
import io.millrace.storage.inspect.FileEntry;
import io.millrace.storage.inspect.KnownFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** The small files of a node beside its logs; storage/FORMAT.md says what is in them, byte by byte. */
public final class NodeFiles {

    private static final String START_EMPTY =
            "Move the whole data directory away and start with an empty one, as long as other nodes have the data: the node"
                    + " joins again and copies it.";

    private static final List<KnownFile> ALL = List.of(
            new KnownFile(
                    "node-identity",
                    "NODE",
                    1,
                    "A node refuses to start: it does not know whose data this is. Restore the file from a backup. Or: "
                            + START_EMPTY,
                    NodeFiles::identity),
            new KnownFile(
                    "voter-state",
                    "MLVS",
                    1,
                    "A node refuses to start: it does not know for whom it voted. " + START_EMPTY,
                    NodeFiles::voterState),
            new KnownFile(
                    "broker-epoch",
                    "BEPO",
                    1,
                    "The next start takes this node out of all in-sync replicas until it has caught up. Nothing has to be"
                            + " done; but if it alone has everything of a partition, restore the file first.",
                    NodeFiles::brokerEpoch),
            new KnownFile(
                    "high-watermarks",
                    "MLHW",
                    1,
                    "The next start learns them again from the other replicas. Nothing has to be done.",
                    NodeFiles::highWatermarks),
            new KnownFile(
                    "metadata-reserve",
                    "MRSV",
                    1,
                    "It holds nothing but room. Nothing has to be done.",
                    NodeFiles::reserve));

    private NodeFiles() {}

    public static List<KnownFile> all() {
        return ALL;
    }

    /** Whose directory it is. */
    public record Identity(UUID clusterId, UUID directoryId, int nodeId) implements FileEntry.Foreign {}

    /**
     * What a node remembers of the elections of the metadata quorum.
     *
     * @param leader -1: not known
     * @param votedFor -1: nobody
     */
    public record VoterState(int epoch, int leader, int votedFor, UUID votedDirectoryId) implements FileEntry.Foreign {}

    /** The last process life that the cluster let in, and where other nodes reached it. */
    public record BrokerEpoch(long epoch, String address) implements FileEntry.Foreign {}

    /** Up to which image of the metadata the high watermarks that follow were kept. */
    public record HighWatermarks(long imageVersion, int count) implements FileEntry.Foreign {}

    /** From where a replica goes on. */
    public record HighWatermark(UUID topicId, int partition, long offset) implements FileEntry.Foreign {}

    /** Room that is given up when the disk is full. */
    public record MetadataReserve(int sizeBytes) implements FileEntry.Foreign {}

    private static void identity(ByteBuffer payload, EntrySink sink) {
        sink.entry(new Identity(uuid(payload), uuid(payload), payload.getInt()));
    }

    private static void voterState(ByteBuffer payload, EntrySink sink) {
        sink.entry(new VoterState(payload.getInt(), payload.getInt(), payload.getInt(), uuid(payload)));
    }

    private static void brokerEpoch(ByteBuffer payload, EntrySink sink) {
        sink.entry(new BrokerEpoch(
                payload.getLong(), StandardCharsets.UTF_8.decode(payload).toString()));
    }

    private static void highWatermarks(ByteBuffer payload, EntrySink sink) {
        HighWatermarks head = new HighWatermarks(payload.getLong(), payload.getInt());
        sink.entry(head);
        for (int left = head.count(); left > 0; left--) {
            sink.entry(new HighWatermark(uuid(payload), payload.getInt(), payload.getLong()));
        }
    }

    private static void reserve(ByteBuffer payload, EntrySink sink) {
        sink.entry(new MetadataReserve(payload.remaining()));
        payload.position(payload.limit());
    }

    private static UUID uuid(ByteBuffer bytes) {
        return new UUID(bytes.getLong(), bytes.getLong());
    }
}
