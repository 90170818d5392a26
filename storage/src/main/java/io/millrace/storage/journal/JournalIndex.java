package io.millrace.storage.journal;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What the journals hold of each partition: where the bytes are, not the bytes. Built at start; read by several recoveries at a
 * time.
 */
public final class JournalIndex {

    private final Disk disk;
    private final Map<Key, List<Entry>> entries = new HashMap<>();
    private final Map<Key, Long> lowestCuts = new HashMap<>();

    /** Of journals without groups. */
    public JournalIndex(Disk disk) {
        this.disk = disk;
    }

    private record Key(UUID topicId, int partition) {
        static Key of(TopicPartition partition) {
            return new Key(partition.topicId(), partition.partition());
        }
    }

    /**
     * Batches that follow each other.
     *
     * @param startOffset the log end offset before them
     * @param endOffset the offset after the last record that counts; what follows in the entry was cut off later
     */
    public record Entry(Path file, long position, int sizeBytes, long startOffset, long endOffset) {
        private Entry cutAt(long offset) {
            return new Entry(file, position, sizeBytes, startOffset, Math.min(offset, endOffset));
        }
    }

    void add(UUID topicId, int partition, Entry entry) {
        entries.computeIfAbsent(new Key(topicId, partition), key -> new ArrayList<>())
                .add(entry);
    }

    void cut(UUID topicId, int partition, long offset) {
        Key key = new Key(topicId, partition);
        lowestCuts.merge(key, offset, Math::min);
        List<Entry> list = entries.getOrDefault(key, new ArrayList<>());
        list.removeIf(entry -> entry.startOffset() >= offset);
        list.replaceAll(entry -> entry.cutAt(offset));
    }

    /** In the order in which they were written, which is that of their offsets. */
    public List<Entry> entries(TopicPartition partition) {
        return entries.getOrDefault(Key.of(partition), List.of());
    }

    /**
     * The entries that continue a log which ends at an offset; none when it has all that was durable. Null when there are later
     * records, but not those in between.
     */
    public List<Entry> missingFrom(TopicPartition partition, long logEndOffset) {
        List<Entry> missing = new ArrayList<>();
        long end = logEndOffset;
        for (Entry entry : entries(partition)) {
            if (entry.endOffset() <= end) {
                continue;
            }
            if (entry.startOffset() > end) {
                return null;
            }
            missing.add(entry);
            end = entry.endOffset();
        }
        return missing;
    }

    /** The offset below which everything was durable, as far as the journals know; -1 when they know nothing. */
    public long durableOffset(TopicPartition partition) {
        List<Entry> list = entries(partition);
        return list.isEmpty() ? -1 : list.get(list.size() - 1).endOffset();
    }

    /** A recovery point, lowered to where the log was cut after it was written down. */
    public long lower(TopicPartition partition, long recoveryPoint) {
        return Math.min(recoveryPoint, lowestCuts.getOrDefault(Key.of(partition), Long.MAX_VALUE));
    }

    public ByteBuffer read(Entry entry) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(entry.sizeBytes());
        try (DiskFile in = disk.open(entry.file(), Disk.Mode.READ)) {
            if (in.read(bytes, entry.position()) < entry.sizeBytes()) {
                throw new IOException(entry.file() + " became shorter while it was read");
            }
        }
        return bytes.flip();
    }
}
