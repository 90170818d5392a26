package io.millrace.cluster.coordinator;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.CoordinatorLogs;
import io.millrace.cluster.partition.Watch;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/**
 * Writes what the library decides. It appends on its own thread and goes on when the bytes are written; the answers wait until the high
 * watermark, of which it is told, has passed them.
 */
final class LogWriter implements PartitionWriter {

    /** For bytes to be written, without an fsync: a shard that takes longer is in trouble. */
    private static final long WRITE_TIMEOUT_MS = 10_000;

    private final CoordinatorLogs logs;
    private final Reigns reigns;
    private final LogConfig config;
    private final Map<Listener, Watch> watches = new ConcurrentHashMap<>();

    /** @param maxBatchBytes the largest batch that the log takes */
    LogWriter(CoordinatorLogs logs, Reigns reigns, int maxBatchBytes) {
        this.logs = logs;
        this.reigns = reigns;
        this.config = new LogConfig(Map.of("max.message.bytes", maxBatchBytes));
    }

    @Override
    public void registerListener(TopicPartition partition, Listener listener) {
        Reign reign = require(partition);
        long loadedAt = reign.committedOffset();
        Told told = new Told(partition, reign, listener, loadedAt);
        watches.put(listener, logs.watch(reign.partition(), loadedAt, told::tell));
    }

    /** What the library knows of a high watermark; it must not hear of an older one after a newer one. */
    private final class Told {

        private final TopicPartition partition;
        private final Reign reign;
        private final Listener listener;
        private long offset;

        Told(TopicPartition partition, Reign reign, Listener listener, long offset) {
            this.partition = partition;
            this.reign = reign;
            this.listener = listener;
            this.offset = offset;
        }

        /** On a thread of the storage. The library only makes a note of it. */
        synchronized void tell() {
            OptionalInt epoch = logs.reign(reign.partition());
            if (!reigns.isPresent(reign) || epoch.isEmpty() || epoch.getAsInt() != reign.epoch()) {
                return;
            }
            try {
                long highWatermark = logs.offsets(reign.partition()).highWatermark();
                if (highWatermark > offset) {
                    offset = highWatermark;
                    listener.onHighWatermarkUpdated(partition, highWatermark);
                }
            } catch (MillraceException | RejectedExecutionException over) {
                // Another reign has begun, or the node stops: whoever waits is told by that.
                return;
            }
        }
    }

    @Override
    public void deregisterListener(TopicPartition partition, Listener listener) {
        Watch watch = watches.remove(listener);
        if (watch != null) {
            watch.cancel();
        }
    }

    @Override
    public LogConfig config(TopicPartition partition) {
        return config;
    }

    @Override
    public long append(
            TopicPartition partition, VerificationGuard guard, MemoryRecords records, short transactionVersion) {
        Reign reign = require(partition);
        // The library uses its buffer again, and the log keeps what it is given.
        ByteBuffer batches = ByteBuffer.allocate(records.sizeInBytes());
        batches.put(records.buffer().duplicate()).flip();
        try {
            return logs.append(reign.partition(), batches, reign.epoch())
                            .toCompletableFuture()
                            .get(WRITE_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                            .lastOffset()
                    + 1;
        } catch (ExecutionException e) {
            throw LibraryErrors.toKafka(e.getCause());
        } catch (TimeoutException e) {
            throw Errors.REQUEST_TIMED_OUT.exception("The log of " + partition + " did not take the records in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Errors.NOT_LEADER_OR_FOLLOWER.exception("The node is stopping");
        }
    }

    private Reign require(TopicPartition partition) {
        Reign reign = reigns.of(partition.partition());
        if (reign == null) {
            throw Errors.NOT_LEADER_OR_FOLLOWER.exception("This node does not lead " + partition);
        }
        return reign;
    }

    /** The transaction coordinator has added the partition before it lets anybody commit offsets in its transaction. */
    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition partition, String transactionalId, long producerId, short producerEpoch, int apiVersion) {
        return CompletableFuture.completedFuture(VerificationGuard.SENTINEL);
    }

    /** Groups are compacted; only share groups cut their log. */
    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition partition, long beforeOffset) {
        return CompletableFuture.failedFuture(
                new UnsupportedVersionException("Records of " + partition + " are compacted, not deleted"));
    }
}
