package io.millrace.cluster.coordinator;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.CoordinatorLogs;
import io.millrace.cluster.partition.ProducerTransaction;
import io.millrace.cluster.partition.Watch;
import io.millrace.storage.AppendResult;
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
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.requests.TxnOffsetCommitRequest;
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

    /** {@code transaction.version} from which on a producer has an epoch for each transaction (KIP-890). */
    private static final short EPOCH_PER_TRANSACTION = 2;

    private final CoordinatorLogs logs;
    private final Reigns reigns;
    private final LogConfig config;
    private final Doubts doubts;
    private final Map<Listener, Watch> watches = new ConcurrentHashMap<>();

    /** @param maxBatchBytes the largest batch that the log takes */
    LogWriter(CoordinatorLogs logs, Reigns reigns, int maxBatchBytes, Doubts doubts) {
        this.doubts = doubts;
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
            } catch (MillraceException | RejectedExecutionException | NotCoordinatorException over) {
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
        MutableRecordBatch batch = records.batches().iterator().next();
        if (batch.isTransactional() && !batch.isControlBatch()) {
            requireAdmitted(reign, batch.producerId(), batch.producerEpoch());
        }
        // The library uses its buffer again, and the log keeps what it is given.
        ByteBuffer batches = ByteBuffer.allocate(records.sizeInBytes());
        batches.put(records.buffer().duplicate()).flip();
        CompletableFuture<AppendResult> written = logs.append(
                        reign.partition(), batches, reign.epoch(), transactionVersion >= EPOCH_PER_TRANSACTION)
                .toCompletableFuture();
        try {
            long last = written.get(WRITE_TIMEOUT_MS, TimeUnit.MILLISECONDS).lastOffset();
            if (batch.isControlBatch()) {
                reign.ended(batch.producerId());
            }
            return last + 1;
        } catch (ExecutionException e) {
            throw LibraryErrors.toKafka(e.getCause());
        } catch (TimeoutException e) {
            // The library takes back what it had decided, and the log may yet have it.
            doubts.doubt(reign, written);
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

    /**
     * Whatever ended the transaction in the meantime was written by this thread, too, so nothing can come between this look and the write:
     * no transaction stays open that nobody will end (KIP-890).
     */
    private static void requireAdmitted(Reign reign, long producerId, short producerEpoch) {
        if (!reign.isAdmitted(producerId, producerEpoch)) {
            throw Errors.INVALID_TXN_STATE.exception("The transaction of producer " + producerId
                    + " has ended, or never included these offsets: nothing was stored");
        }
    }

    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition partition, String transactionalId, long producerId, short producerEpoch, int apiVersion) {
        Reign reign = require(partition);
        boolean addsPartitions = apiVersion > TxnOffsetCommitRequest.LAST_STABLE_VERSION_BEFORE_TRANSACTION_V2;
        CompletableFuture<VerificationGuard> verified = new CompletableFuture<>();
        logs.ticket(
                        reign.partition(),
                        new ProducerTransaction(transactionalId, addsPartitions),
                        producerId,
                        producerEpoch)
                .onComplete(asked -> {
                    if (asked.succeeded()) {
                        reign.admit(asked.result());
                        verified.complete(VerificationGuard.SENTINEL);
                    } else {
                        verified.completeExceptionally(LibraryErrors.toKafka(asked.cause()));
                    }
                });
        return verified;
    }

    /** What share groups have written again in a snapshot; groups are compacted. */
    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition partition, long beforeOffset) {
        CompletableFuture<Void> deleted = new CompletableFuture<>();
        logs.deleteRecords(require(partition).partition(), beforeOffset).onComplete(done -> {
            if (done.succeeded()) {
                deleted.complete(null);
            } else {
                deleted.completeExceptionally(LibraryErrors.toKafka(done.cause()));
            }
        });
        return deleted;
    }
}
