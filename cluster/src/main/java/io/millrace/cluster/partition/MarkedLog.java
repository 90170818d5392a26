package io.millrace.cluster.partition;

import io.millrace.cluster.idempotence.IdempotencyConfig;
import io.millrace.cluster.idempotence.IdempotencyMark;
import io.millrace.cluster.idempotence.KeyId;
import io.millrace.cluster.idempotence.KeyMemory.Known;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.LogException;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import java.io.IOException;
import java.time.Clock;
import java.util.function.BiConsumer;

/** Reads back from a log which idempotency keys came within the window, up to its end, which may lie above the high watermark. Blocks. */
final class MarkedLog {

    private static final int READ_BYTES = 1 << 20;

    /** By how much the clocks of two nodes, or of a node and its file system, may differ. */
    private static final long CLOCKS_MS = 60_000;

    private final PartitionLog log;
    private final IdempotencyConfig config;
    private final Clock clock;

    MarkedLog(PartitionLog log, IdempotencyConfig config, Clock clock) {
        this.log = log;
        this.config = config;
        this.clock = clock;
    }

    /** Tells of each key, in the order of the log. */
    void read(BiConsumer<KeyId, Known> consumer) throws IOException {
        long nowMs = clock.millis();
        // Timestamps do not say when a record came: clients may choose them.
        long offset = log.writtenSince(nowMs - config.windowMs() - CLOCKS_MS);
        long end = log.offsets().logEndOffset();
        while (offset < end) {
            try (ReadResult read = log.read(offset, end, READ_BYTES, true)) {
                if (read.isEmpty()) {
                    return;
                }
                offset = RecordBatches.forEachHeader(
                        read.toBuffer(),
                        IdempotencyMark.HEADER,
                        (at, header) -> tell(at, IdempotencyMark.parse(header), nowMs, consumer));
            } catch (LogException.OffsetOutOfRange e) {
                // Retention was faster; what is gone is not asked for.
                offset = Math.max(offset + 1, log.offsets().logStartOffset());
            }
        }
    }

    private void tell(long offset, IdempotencyMark mark, long nowMs, BiConsumer<KeyId, Known> consumer) {
        if (mark == null || nowMs - mark.timeMs() >= config.windowMs()) {
            return;
        }
        // A time that is yet to come would keep the key for longer.
        consumer.accept(mark.key(), new Known(mark.bodyHash(), offset, Math.min(mark.timeMs(), nowMs)));
    }
}
