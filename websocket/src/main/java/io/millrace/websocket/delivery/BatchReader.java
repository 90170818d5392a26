package io.millrace.websocket.delivery;

import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.websocket.protocol.Gap;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Reads batches at a position and encodes them, on the event loop when that is quick, else on a worker. */
final class BatchReader {

    /** Encoding so much takes about as long as the loop's other work may wait. */
    private static final int ON_LOOP_BYTES_MAX = 64 << 10;

    /** The same, when each value is parsed: for an expression, or because only some of its members are sent. */
    private static final int PARSED_ON_LOOP_BYTES_MAX = 8 << 10;

    private BatchReader() {}

    /**
     * Reads and encodes. To be called on {@code context}; completes there. A frame whose {@link SharedFrame#next} is the
     * position says that there is nothing yet.
     */
    static Future<SharedFrame> read(
            PartitionService partitions,
            TopicPartition partition,
            long position,
            int maxBytes,
            Gap gap,
            FrameEncoder encoder,
            Context context) {
        return partitions
                .read(partition, position, maxBytes, encoder.isolation())
                .compose(batches -> {
                    if (isQuick(batches, encoder)) {
                        return Future.succeededFuture(encode(batches, position, gap, encoder));
                    }
                    return context.executeBlocking(() -> encode(batches, position, gap, encoder), false);
                });
    }

    private static boolean isQuick(ReadResult batches, FrameEncoder encoder) {
        int bytesMax = encoder.decodesValues() ? PARSED_ON_LOOP_BYTES_MAX : ON_LOOP_BYTES_MAX;
        if (!batches.inMemory() || batches.sizeBytes() > bytesMax) {
            return false;
        }
        // A frame ends when it is full. What is dropped never fills it, so what batches expand to must be bounded
        // otherwise.
        return !(encoder.filters() || encoder.decodesValues()) || !isCompressed(batches);
    }

    private static boolean isCompressed(ReadResult batches) {
        try {
            ByteBuffer buffer = batches.toBuffer();
            for (int at = buffer.position(); at < buffer.limit(); at += BatchHeader.sizeBytes(buffer, at)) {
                if (BatchHeader.isCompressed(buffer, at)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SharedFrame encode(ReadResult batches, long position, Gap gap, FrameEncoder encoder) {
        try (batches) {
            return encoder.encode(batches.toBuffer(), position, gap);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
