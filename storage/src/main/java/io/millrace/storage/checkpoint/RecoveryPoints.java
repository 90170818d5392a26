package io.millrace.storage.checkpoint;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code recovery-points}: for each partition the offset below which everything was fsynced. After a crash the logs are
 * checked from there on. It also names the run of the machine in which it was written. Payload, version 2: boot id length int16, boot
 * id ASCII, count int32, then per partition topic id 16 bytes, partition int32, offset int64, producerless offset int64.
 *
 * <p>Thread-safe.
 */
public final class RecoveryPoints {

    public static final String NAME = "recovery-points";

    private static final int ENTRY_BYTES = 36;

    /** Identity of a partition without its name. */
    public record Key(UUID topicId, int partition) {
        public static Key of(TopicPartition partition) {
            return new Key(partition.topicId(), partition.partition());
        }
    }

    /**
     * What is known of a partition.
     *
     * @param offset everything below it was fsynced
     * @param producerlessOffset no producer that wrote below it is remembered any more: its state need not be read from there
     */
    public record Point(long offset, long producerlessOffset) {
        private static final Point NONE = new Point(0, 0);
    }

    /**
     * What the file says.
     *
     * @param bootId of the machine when it was written; empty when there is no file, or the machine does not say
     */
    public record Content(boolean found, String bootId, Map<Key, Point> points) {
        private static final Content NONE = new Content(false, "", Map.of());

        /**
         * Whether the machine was started again since: then what was not forced is there in parts. So it is taken, too, where the
         * machine does not say; without a file nothing is assumed.
         */
        public boolean isOfAnotherBoot(Disk disk) {
            return found && (bootId.isEmpty() || !bootId.equals(disk.bootId()));
        }

        /** Zeros, which is to check and read everything, for a partition that is not mentioned. */
        public Point of(TopicPartition partition) {
            return points.getOrDefault(Key.of(partition), Point.NONE);
        }
    }

    private final AtomicFile file;
    private final Path path;

    public RecoveryPoints(Disk disk, Path dataDirectory) {
        this.file = new AtomicFile(disk, "MLRP", 2);
        this.path = dataDirectory.resolve(NAME);
    }

    public synchronized void write(String bootId, Map<Key, Point> points) throws IOException {
        byte[] boot = bootId.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer payload = ByteBuffer.allocate(2 + boot.length + 4 + points.size() * ENTRY_BYTES);
        payload.putShort((short) boot.length).put(boot).putInt(points.size());
        points.forEach((key, point) -> {
            payload.putLong(key.topicId().getMostSignificantBits());
            payload.putLong(key.topicId().getLeastSignificantBits());
            payload.putInt(key.partition());
            payload.putLong(point.offset()).putLong(point.producerlessOffset());
        });
        file.write(path, payload.flip());
    }

    /** Without a file that can be trusted everything is checked. */
    public Content read() throws IOException {
        Optional<ByteBuffer> payload = file.read(path);
        if (payload.isEmpty()) {
            return Content.NONE;
        }
        ByteBuffer in = payload.get();
        try {
            byte[] boot = new byte[in.getShort()];
            in.get(boot);
            Map<Key, Point> points = new HashMap<>();
            for (int left = in.getInt(); left > 0; left--) {
                Key key = new Key(new UUID(in.getLong(), in.getLong()), in.getInt());
                points.put(key, new Point(in.getLong(), in.getLong()));
            }
            return new Content(true, new String(boot, StandardCharsets.US_ASCII), points);
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            return Content.NONE;
        }
    }
}
