package io.millrace.cluster.partition;

import io.millrace.cluster.partition.RecordAppender.AppendedRecord;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.TopicPartition;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Gathers the single records of one partition: the first goes at once, those that come while it is being made durable go
 * together in the next batch. So a batch is as large as the disk is slow, and nobody waits for a timer.
 *
 * <p>Called on any thread; guarded by its own lock, which is never held while appending or completing.
 */
final class PartitionBatcher {

    /** Enough to make the cost of a batch vanish, small enough to keep its latency low; topics may allow less. */
    private static final int BATCH_BYTES_MAX = 512 * 1024;

    private record Waiting(
            NewRecord record, int sizeBytes, Acks acks, int timeoutMs, Promise<AppendedRecord> promise) {}

    private final TopicPartition partition;
    private final BatchSender sender;
    private final Clock clock;
    private final IntConsumer bytesDone;
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private boolean appending;

    /** @param bytesDone told how many bytes do not wait any more */
    PartitionBatcher(TopicPartition partition, BatchSender sender, Clock clock, IntConsumer bytesDone) {
        this.partition = partition;
        this.sender = sender;
        this.clock = clock;
        this.bytesDone = bytesDone;
    }

    /** @param batchBytesMax the topic's largest batch; the record alone fits in */
    void add(
            NewRecord record,
            int sizeBytes,
            int batchBytesMax,
            Acks acks,
            int timeoutMs,
            Promise<AppendedRecord> promise) {
        synchronized (queue) {
            queue.add(new Waiting(record, sizeBytes, acks, timeoutMs, promise));
            if (appending) {
                return;
            }
            appending = true;
        }
        appendNext(batchBytesMax);
    }

    private void appendNext(int batchBytesMax) {
        List<Waiting> batch = new ArrayList<>();
        synchronized (queue) {
            int bytes = 0;
            Waiting next;
            while ((next = queue.peek()) != null
                    && (batch.isEmpty() || bytes + next.sizeBytes() <= Math.min(BATCH_BYTES_MAX, batchBytesMax))) {
                bytes += next.sizeBytes();
                batch.add(queue.poll());
            }
            if (batch.isEmpty()) {
                appending = false;
                return;
            }
        }
        append(batch).onComplete(done -> {
            appendNext(batchBytesMax);
            complete(batch, done);
        });
    }

    private Future<BatchSender.Answers> append(List<Waiting> batch) {
        List<NewRecord> records = new ArrayList<>(batch.size());
        Acks acks = Acks.LEADER;
        int timeoutMs = 0;
        for (Waiting waiting : batch) {
            records.add(waiting.record());
            timeoutMs = Math.max(timeoutMs, waiting.timeoutMs());
            if (waiting.acks() == Acks.ALL) {
                acks = Acks.ALL;
            }
        }
        try {
            return sender.append(
                    new AppendCommand(partition, RecordBatches.build(records, clock.millis()), acks, timeoutMs));
        } catch (RuntimeException e) {
            return Future.failedFuture(LogErrors.translate(e));
        }
    }

    private void complete(List<Waiting> batch, AsyncResult<BatchSender.Answers> done) {
        int index = 0;
        int bytes = 0;
        for (Waiting waiting : batch) {
            bytes += waiting.sizeBytes();
            if (done.succeeded()) {
                done.result().complete(index, waiting.record(), waiting.promise());
            } else {
                waiting.promise().tryFail(done.cause());
            }
            index++;
        }
        bytesDone.accept(bytes);
    }
}
