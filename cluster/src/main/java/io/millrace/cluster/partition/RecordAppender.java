package io.millrace.cluster.partition;

import io.millrace.cluster.record.NewRecord;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;

/**
 * Appends single records of HTTP and WebSocket producers. Records that arrive for one partition while an append is under way
 * are gathered into shared batches, so that many small requests cost one write and one fsync.
 *
 * <p>Thread-safe; futures complete on the caller's Vert.x context and fail with {@link
 * io.millrace.cluster.error.MillraceException}. Records to one partition, appended one after the other on one thread, keep
 * their order. The bytes that wait are bounded: over the bound the answer is THROTTLING_QUOTA_EXCEEDED and nothing is stored.
 */
public interface RecordAppender {

    /** Appends one record and answers with its offset once it is stored as {@code acks} asks. */
    Future<AppendedRecord> append(TopicPartition partition, NewRecord record, Acks acks, int timeoutMs);

    /**
     * As {@link #append}, of a record with an {@link io.millrace.cluster.idempotence.IdempotencyMark}, which is stored once. Fails with
     * INVALID_RECORD when another record came with the same key before, and CONCURRENT_TRANSACTIONS while it is being stored for another
     * request.
     */
    Future<AppendedRecord> appendOnce(TopicPartition partition, NewRecord record, Acks acks, int timeoutMs);

    /**
     * Where a record went.
     *
     * @param replayed whether it had been stored before, by a request with the same idempotency key
     */
    record AppendedRecord(int partition, long offset, long timestampMs, boolean replayed) {

        public AppendedRecord(int partition, long offset, long timestampMs) {
            this(partition, offset, timestampMs, false);
        }
    }
}
