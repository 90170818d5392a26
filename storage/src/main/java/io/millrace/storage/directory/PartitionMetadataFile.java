package io.millrace.storage.directory;

import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code partition.metadata}: which topic a partition directory belongs to, beyond its name. Payload: topic id 16 bytes,
 * created int64 (milliseconds since the epoch).
 */
public final class PartitionMetadataFile {

    public static final String NAME = "partition.metadata";

    private static final int PAYLOAD_BYTES = 24;

    private final AtomicFile file;

    public PartitionMetadataFile(Disk disk) {
        this.file = new AtomicFile(disk, "MLPM", 1);
    }

    /**
     * @param topicId never re-used, so that bytes of a deleted topic are not taken for those of a new one of that name
     * @param createdMs when the directory was made
     */
    public record Content(UUID topicId, long createdMs) {}

    public void write(Path partitionDirectory, Content content) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES);
        payload.putLong(content.topicId().getMostSignificantBits());
        payload.putLong(content.topicId().getLeastSignificantBits());
        payload.putLong(content.createdMs());
        file.write(partitionDirectory.resolve(NAME), payload.flip());
    }

    public Optional<Content> read(Path partitionDirectory) throws IOException {
        return file.read(partitionDirectory.resolve(NAME))
                .filter(payload -> payload.remaining() == PAYLOAD_BYTES)
                .map(payload -> new Content(new UUID(payload.getLong(), payload.getLong()), payload.getLong()));
    }
}
