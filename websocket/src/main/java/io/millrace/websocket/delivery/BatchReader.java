package io.millrace.websocket.delivery;

import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.ReadResult;
import io.millrace.storage.batch.BatchHeader;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.Function;

/** Reads batches at a position and has something made of them, on the event loop when that is quick, else on a worker. */
final class BatchReader {

    /** Encoding so much takes about as long as the loop's other work may wait. */
    static final int ON_LOOP_BYTES_MAX = 64 << 10;

    /** The same, when each value is parsed: for an expression, or because only some of its members are sent. */
    static final int PARSED_ON_LOOP_BYTES_MAX = 8 << 10;

    /**
     * What making something of batches costs.
     *
     * @param onLoopBytesMax the most that may be done on an event loop
     * @param compressedOnLoop whether that holds for batches that are compressed, too
     */
    record Load(int onLoopBytesMax, boolean compressedOnLoop) {

        /**
         * The load of a kind of work.
         *
         * @param parsesValues whether values are parsed
         * @param looksAtEverything whether all records are looked at, rather than as many as fill a frame: what batches expand to must
         *     be bounded otherwise
         */
        static Load of(boolean parsesValues, boolean looksAtEverything) {
            return new Load(
                    parsesValues ? PARSED_ON_LOOP_BYTES_MAX : ON_LOOP_BYTES_MAX, !(looksAtEverything || parsesValues));
        }
    }

    private final PartitionService partitions;
    private final StreamKey key;
    private final Context context;

    /** A reader to be called on {@code context}; what it returns completes there. */
    BatchReader(PartitionService partitions, StreamKey key, Context context) {
        this.partitions = partitions;
        this.key = key;
        this.context = context;
    }

    /**
     * Reads what is committed at a position, and nothing when there is nothing yet.
     *
     * @param work what is made of it
     */
    <T> Future<T> read(long position, int maxBytes, Load load, Function<ByteBuffer, T> work) {
        return partitions
                .read(key.partition(), position, maxBytes, key.isolation())
                .compose(batches -> {
                    if (isQuick(batches, load)) {
                        return Future.succeededFuture(apply(work, batches));
                    }
                    return context.executeBlocking(() -> apply(work, batches), false);
                });
    }

    private static boolean isQuick(ReadResult batches, Load load) {
        if (!batches.inMemory() || batches.sizeBytes() > load.onLoopBytesMax()) {
            return false;
        }
        return load.compressedOnLoop() || !isCompressed(batches);
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

    private static <T> T apply(Function<ByteBuffer, T> work, ReadResult batches) {
        try (batches) {
            return work.apply(batches.toBuffer());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
