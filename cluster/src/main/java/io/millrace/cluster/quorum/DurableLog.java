package io.millrace.cluster.quorum;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.LogException;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * A partition log whose changes are awaited until they are durable. A log that completes its stages at once, on the calling thread, is
 * never waited for: so the same code runs in a simulation of one thread.
 *
 * <p>Changed by one thread, the poll thread of the quorum, which is blocked meanwhile; read by any.
 */
final class DurableLog {

    private final PartitionLog log;
    private final Object moved = new Object();
    private LogException offline;

    DurableLog(PartitionLog log) {
        this.log = log;
        log.onDurable((source, offset) -> {
            synchronized (moved) {
                moved.notifyAll();
            }
        });
    }

    /** Nothing becomes durable any more. */
    void failed(LogException why) {
        synchronized (moved) {
            offline = why;
            moved.notifyAll();
        }
    }

    LogOffsets offsets() {
        return log.offsets();
    }

    OptionalInt latestEpoch() {
        return log.latestEpoch();
    }

    Optional<PartitionLog.EpochEndOffset> endOffsetForEpoch(int epoch) {
        return log.endOffsetForEpoch(epoch);
    }

    /** Batches that have their offsets and epochs. */
    void append(ByteBuffer batches, int epoch) {
        long end = done(log.append(batches, epoch, AppendOrigin.REPLICATION)).lastOffset() + 1;
        synchronized (moved) {
            while (log.offsets().durableOffset() < end) {
                if (offline != null) {
                    throw offline;
                }
                await();
            }
        }
    }

    private void await() {
        try {
            moved.wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the metadata log was written", e);
        }
    }

    void beginEpoch(int epoch) {
        done(log.beginEpoch(epoch));
    }

    void truncateTo(long offset) {
        done(log.truncateTo(offset));
    }

    void restartAt(long offset) {
        done(log.restartAt(offset));
    }

    void advanceLogStart(long offset) {
        done(log.advanceLogStart(offset));
    }

    /** One batch at least, if there is one below the limit. */
    ByteBuffer read(long offset, long limit, int maxBytes) {
        try (ReadResult result = log.read(offset, limit, maxBytes, true)) {
            return result.toBuffer();
        } catch (IOException e) {
            throw new UncheckedIOException("the metadata log cannot be read at offset " + offset, e);
        }
    }

    private static <T> T done(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
