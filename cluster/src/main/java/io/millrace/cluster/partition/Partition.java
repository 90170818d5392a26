package io.millrace.cluster.partition;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.BatchHeader;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;

/**
 * One partition that this node leads: stands between the door and the log, and decides what is acknowledged and what
 * consumers may see.
 *
 * <p>Appends come from any thread and are ordered by the log's shard; the high watermark is moved by it, too, when records are durable.
 */
final class Partition {

    private final PartitionLog log;
    private final Clock clock;
    private final int leaderEpoch;
    private final HighWatermark highWatermark;
    private final DelayedProduce delayedProduce = new DelayedProduce();

    Partition(PartitionLog log, int leaderEpoch, Clock clock) {
        this.log = log;
        this.leaderEpoch = leaderEpoch;
        this.clock = clock;
        this.highWatermark = new HighWatermark(log.offsets().durableOffset());
        log.onDurable((ignored, durableOffset) -> advance(durableOffset));
        log.compactBelow(highWatermark::value);
        // What became durable before the listener was there.
        advance(log.offsets().durableOffset());
    }

    TopicPartition topicPartition() {
        return log.topicPartition();
    }

    PartitionLog log() {
        return log;
    }

    Future<AppendResult> append(AppendCommand command) {
        Promise<AppendResult> promise = CallerContext.promise();
        if (isTransactional(command.batches())) {
            promise.fail(new MillraceException(
                    ErrorCode.INVALID_TXN_STATE,
                    "The batch belongs to a transaction, and no transaction is open on " + topicPartition()));
            return promise.future();
        }
        try {
            log.append(command.batches(), leaderEpoch, AppendOrigin.CLIENT)
                    .whenComplete((result, failure) -> written(command, promise, result, failure));
        } catch (RuntimeException e) {
            promise.fail(LogErrors.translate(e));
        }
        return promise.future();
    }

    /** What is too short for a batch is refused by the log. */
    private static boolean isTransactional(ByteBuffer batches) {
        return batches.remaining() >= BatchHeader.SIZE_BYTES
                && BatchHeader.isTransactional(batches, batches.position());
    }

    private void written(AppendCommand command, Promise<AppendResult> promise, AppendResult result, Throwable failure) {
        if (failure != null) {
            promise.fail(LogErrors.translate(failure));
        } else if (command.acks() == Acks.NONE || result.lastOffset() < highWatermark.value()) {
            promise.complete(result);
        } else {
            delayedProduce.add(result, clock.millis() + command.timeoutMs(), promise);
            // It may have become durable before we looked.
            delayedProduce.release(highWatermark.value());
        }
    }

    private void advance(long durableOffset) {
        highWatermark.advanceTo(durableOffset);
        delayedProduce.release(durableOffset);
    }

    PartitionOffsets offsets() {
        // The high watermark is read first: read after the log's snapshot it could be above the snapshot's end.
        long high = highWatermark.value();
        LogOffsets offsets = log.offsets();
        return new PartitionOffsets(leaderEpoch, offsets.logStartOffset(), high, high, offsets.logEndOffset());
    }

    /** Whether a read would be answered from memory, or with nothing, and so may run on an event loop. */
    boolean isReadImmediate(long offset, Isolation isolation) {
        return offset >= offsets().readLimit(isolation) || log.isCached(offset);
    }

    /** Reads on this thread; see {@link PartitionLog#read}. */
    ReadResult read(long offset, int maxBytes, boolean atLeastOneBatch, Isolation isolation) throws IOException {
        return log.read(offset, offsets().readLimit(isolation), maxBytes, atLeastOneBatch);
    }

    Watch watch(long position, Runnable listener) {
        return highWatermark.watch(position, listener);
    }

    void expire(long nowMs) {
        if (!delayedProduce.isEmpty()) {
            delayedProduce.expire(nowMs);
        }
    }

    /** Ends everything that waits here: the partition was deleted, or its disk failed. */
    void close(MillraceException cause) {
        delayedProduce.close(cause);
        highWatermark.tellAll();
    }
}
