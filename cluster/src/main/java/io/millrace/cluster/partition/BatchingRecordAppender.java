package io.millrace.cluster.partition;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.LogConfig;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.BatchHeader;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Gathers single records into shared batches, one {@link PartitionBatcher} for each partition that is written to. */
public final class BatchingRecordAppender implements RecordAppender {

    private final PartitionService service;
    private final OnceAppender once;
    private final TopicLimits limits;
    private final Clock clock;
    private final long waitingBytesMax;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Map<TopicPartition, PartitionBatcher> batchers = new ConcurrentHashMap<>();
    private final Map<TopicPartition, PartitionBatcher> onceBatchers = new ConcurrentHashMap<>();

    /**
     * @param service where batches are appended
     * @param once where those with idempotency keys are
     * @param image the newest image
     * @param topicDefaults topic settings of this node
     */
    public BatchingRecordAppender(
            PartitionService service,
            OnceAppender once,
            Supplier<ClusterImage> image,
            Map<String, String> topicDefaults,
            Clock clock,
            long waitingBytesMax) {
        this.service = service;
        this.once = once;
        this.limits = new TopicLimits(image, topicDefaults);
        this.clock = clock;
        this.waitingBytesMax = waitingBytesMax;
    }

    @Override
    public Future<AppendedRecord> append(TopicPartition key, NewRecord record, Acks acks, int timeoutMs) {
        return append(batchers, key, record, acks, timeoutMs);
    }

    @Override
    public Future<AppendedRecord> appendOnce(TopicPartition key, NewRecord record, Acks acks, int timeoutMs) {
        return append(onceBatchers, key, record, acks, timeoutMs);
    }

    private Future<AppendedRecord> append(
            Map<TopicPartition, PartitionBatcher> among,
            TopicPartition key,
            NewRecord record,
            Acks acks,
            int timeoutMs) {
        LogConfig config;
        try {
            config = limits.of(key);
        } catch (MillraceException e) {
            batchers.remove(key);
            onceBatchers.remove(key);
            return Future.failedFuture(e);
        }
        int sizeBytes = RecordBatches.sizeBoundBytes(record);
        MillraceException refusal = refusalOf(key, record, sizeBytes, config);
        if (refusal != null) {
            return Future.failedFuture(refusal);
        }
        if (waitingBytes.addAndGet(sizeBytes) > waitingBytesMax) {
            waitingBytes.addAndGet(-sizeBytes);
            return Future.failedFuture(new MillraceException(
                    ErrorCode.THROTTLING_QUOTA_EXCEEDED,
                    "Records come faster than they can be stored: " + waitingBytesMax
                            + " bytes wait already. This one was not stored; send it again later."));
        }
        Promise<AppendedRecord> promise = CallerContext.promise();
        batcher(among, key)
                .add(record, sizeBytes, config.maxMessageBytes() - BatchHeader.SIZE_BYTES, acks, timeoutMs, promise);
        if (acks == Acks.NONE) {
            promise.tryComplete(new AppendedRecord(key.partition(), -1, record.timestampMs()));
        }
        return promise.future();
    }

    private static MillraceException refusalOf(TopicPartition key, NewRecord record, int sizeBytes, LogConfig config) {
        if (sizeBytes + BatchHeader.SIZE_BYTES > config.maxMessageBytes()) {
            return new MillraceException(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "The record takes up to " + (sizeBytes + BatchHeader.SIZE_BYTES) + " bytes and topic '"
                            + key.topic() + "' allows " + config.maxMessageBytes() + " (max.message.bytes)");
        }
        if (InternalTopics.contains(key.topic())) {
            return new MillraceException(
                    ErrorCode.INVALID_TOPIC_EXCEPTION,
                    "'" + key.topic() + "' is an internal topic: only its coordinators write to it");
        }
        if (config.compact() && record.key() == null) {
            return new MillraceException(
                    ErrorCode.INVALID_RECORD,
                    "Topic '" + key.topic() + "' is compacted: each of its records needs a key");
        }
        return null;
    }

    private PartitionBatcher batcher(Map<TopicPartition, PartitionBatcher> among, TopicPartition key) {
        PartitionBatcher present = among.get(key);
        return present != null
                ? present
                : among.computeIfAbsent(
                        key,
                        added -> new PartitionBatcher(
                                added,
                                among == batchers ? BatchSender.plain(added, service) : BatchSender.once(added, once),
                                clock,
                                bytes -> waitingBytes.addAndGet(-bytes)));
    }
}
