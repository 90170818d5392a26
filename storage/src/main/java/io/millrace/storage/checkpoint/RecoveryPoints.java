package io.millrace.storage.checkpoint;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code recovery-points}: for each partition the offset below which everything was fsynced. After a crash the logs are
 * checked from there on. Payload: count int32, then per partition topic id 16 bytes, partition int32, offset int64.
 */
public final class RecoveryPoints {

    public static final String NAME = "recovery-points";

    private static final int ENTRY_BYTES = 28;

    /** Identity of a partition without its name. */
    public record Key(UUID topicId, int partition) {
        public static Key of(TopicPartition partition) {
            return new Key(partition.topicId(), partition.partition());
        }
    }

    private final AtomicFile file;
    private final Path path;

    public RecoveryPoints(Disk disk, Path dataDirectory) {
        this.file = new AtomicFile(disk, "MLRP", 1);
        this.path = dataDirectory.resolve(NAME);
    }

    public void write(Map<Key, Long> offsets) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(4 + offsets.size() * ENTRY_BYTES);
        payload.putInt(offsets.size());
        offsets.forEach((key, offset) -> {
            payload.putLong(key.topicId().getMostSignificantBits());
            payload.putLong(key.topicId().getLeastSignificantBits());
            payload.putInt(key.partition());
            payload.putLong(offset);
        });
        file.write(path, payload.flip());
    }

    /** Empty when there is none that can be trusted: then everything is checked. */
    public Map<Key, Long> read() throws IOException {
        Map<Key, Long> offsets = new HashMap<>();
        Optional<ByteBuffer> payload = file.read(path);
        if (payload.isEmpty() || payload.get().remaining() < 4) {
            return offsets;
        }
        ByteBuffer in = payload.get();
        int count = in.getInt();
        if (in.remaining() != (long) count * ENTRY_BYTES) {
            return offsets;
        }
        for (int i = 0; i < count; i++) {
            offsets.put(new Key(new UUID(in.getLong(), in.getLong()), in.getInt()), in.getLong());
        }
        return offsets;
    }
}
