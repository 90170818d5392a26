package io.millrace.server.http.produce;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.partition.Partitioner;
import io.millrace.cluster.partition.RecordAppender;
import io.millrace.cluster.partition.RecordAppender.AppendedRecord;
import io.millrace.cluster.record.NewRecord;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import java.util.List;

/** Chooses partitions and appends. Records to one partition keep the order of the request. */
final class RecordWriter {

    private final RecordAppender appender;
    private final Partitioner partitioner;

    RecordWriter(RecordAppender appender, Partitioner partitioner) {
        this.appender = appender;
        this.partitioner = partitioner;
    }

    /** Appends one record. */
    Future<AppendedRecord> append(TopicMetadata topic, int partition, NewRecord record, Acks acks, int timeoutMs) {
        int count = topic.partitions().size();
        if (partition >= count) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "topic '" + topic.name() + "' has partitions 0 to " + (count - 1) + ", not " + partition));
        }
        int chosen = partition >= 0 ? partition : partitioner.partitionFor(record.key(), count);
        return appender.append(new TopicPartition(topic.id(), topic.name(), chosen), record, acks, timeoutMs);
    }

    /**
     * Appends all records of a request, so that they can share batches, and gives their outcomes, in the order of the request,
     * when the last one is known.
     */
    void appendAll(
            TopicMetadata topic,
            List<PendingRecord> records,
            Acks acks,
            int timeoutMs,
            Handler<RecordOutcome[]> handler) {
        RecordOutcome[] outcomes = new RecordOutcome[records.size()];
        int[] unknown = {records.size()};
        for (int i = 0; i < outcomes.length; i++) {
            int index = i;
            PendingRecord pending = records.get(i);
            Future<AppendedRecord> appended = pending.problem() != null
                    ? Future.failedFuture(pending.problem())
                    : append(topic, pending.partition(), pending.record(), acks, timeoutMs);
            appended.onComplete(result -> {
                outcomes[index] = result.succeeded()
                        ? RecordOutcome.stored(result.result())
                        : RecordOutcome.failed(result.cause());
                if (--unknown[0] == 0) {
                    handler.handle(outcomes);
                }
            });
        }
    }
}
