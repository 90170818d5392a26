package io.millrace.server.http.produce;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.Partitioner;
import io.millrace.cluster.partition.RecordAppender;
import io.millrace.cluster.partition.RecordAppender.AppendedRecord;
import io.millrace.cluster.record.NewRecord;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;

/** The short way of the main case, one small record without an idempotency key: what else there is goes through {@code RecordProducer}. */
final class RecordWriter {

    private final RecordAppender appender;
    private final Partitioner partitioner;

    RecordWriter(RecordAppender appender, Partitioner partitioner) {
        this.appender = appender;
        this.partitioner = partitioner;
    }

    Future<AppendedRecord> append(TopicMetadata topic, NewRecord record, ProduceOptions options) {
        int count = topic.partitions().size();
        int asked = options.partition();
        if (asked >= count) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "topic '" + topic.name() + "' has partitions 0 to " + (count - 1) + ", not " + asked));
        }
        int chosen = asked >= 0 ? asked : partitioner.partitionFor(record.key(), count);
        return appender.append(
                new TopicPartition(topic.id(), topic.name(), chosen), record, options.acks(), options.timeoutMs());
    }
}
