package io.millrace.cluster.partition;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiPredicate;

/**
 * {@code high-watermarks}: where the high watermark of each replica was, from which it goes on after a start, and the newest image that
 * was applied. What it says may be old, never too high; a file that cannot be trusted says nothing. Payload, version 1: image version
 * int64, count int32, then per partition topic id 16 bytes, partition int32, offset int64.
 *
 * <p>Thread-safe; blocks on the disk.
 */
final class HighWatermarkFile {

    static final String NAME = "high-watermarks";

    private static final int ENTRY_BYTES = 28;

    private record Key(UUID topicId, int partition) {}

    private final AtomicFile file;
    private final Path path;
    private Map<Key, Long> last = Map.of();
    private long lastVersion = -1;

    private HighWatermarkFile(Disk disk, Path dataDirectory) {
        this.file = new AtomicFile(disk, "MLHW", 1);
        this.path = dataDirectory.resolve(NAME);
    }

    /** Reads what the last run left behind. */
    static HighWatermarkFile open(Disk disk, Path dataDirectory) throws IOException {
        HighWatermarkFile opened = new HighWatermarkFile(disk, dataDirectory);
        opened.read();
        return opened;
    }

    private void read() throws IOException {
        Optional<ByteBuffer> payload = file.read(path);
        if (payload.isEmpty()) {
            return;
        }
        ByteBuffer in = payload.get();
        try {
            long version = in.getLong();
            Map<Key, Long> offsets = new HashMap<>();
            for (int left = in.getInt(); left > 0; left--) {
                Key key = new Key(new UUID(in.getLong(), in.getLong()), in.getInt());
                offsets.put(key, in.getLong());
            }
            last = offsets;
            lastVersion = version;
        } catch (BufferUnderflowException e) {
            // Shorter than it says: as if it were not there.
            last = Map.of();
        }
    }

    /** Where the last run left a partition, 0 when that is not known. */
    synchronized long of(TopicPartition partition) {
        return last.getOrDefault(new Key(partition.topicId(), partition.partition()), 0L);
    }

    /** The version of the newest image that the last run had applied, -1 when that is not known. */
    synchronized long imageVersion() {
        return lastVersion;
    }

    /**
     * Replaces the file, unless it says the same. What it said of replicas that are not open, or not yet, stays.
     *
     * @param imageVersion of the newest image in force; before the first one nothing is written
     * @param isHosted whether a partition still has a replica here
     */
    synchronized void write(long imageVersion, Iterable<Partition> partitions, BiPredicate<UUID, Integer> isHosted)
            throws IOException {
        if (imageVersion < lastVersion || imageVersion < 0) {
            return;
        }
        Map<Key, Long> now = new HashMap<>(last);
        now.keySet().removeIf(key -> !isHosted.test(key.topicId(), key.partition()));
        for (Partition partition : partitions) {
            TopicPartition key = partition.topicPartition();
            now.put(new Key(key.topicId(), key.partition()), partition.highWatermark());
        }
        if (imageVersion == lastVersion && now.equals(last)) {
            return;
        }
        ByteBuffer payload = ByteBuffer.allocate(8 + 4 + now.size() * ENTRY_BYTES);
        payload.putLong(imageVersion).putInt(now.size());
        now.forEach((key, offset) -> payload.putLong(key.topicId().getMostSignificantBits())
                .putLong(key.topicId().getLeastSignificantBits())
                .putInt(key.partition())
                .putLong(offset));
        file.write(path, payload.flip());
        last = now;
        lastVersion = imageVersion;
    }
}
