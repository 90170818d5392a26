package io.millrace.cluster.produce;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.idempotence.IdempotencyMark;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.Partitioner;
import io.millrace.cluster.partition.RecordAppender;
import io.millrace.cluster.partition.RecordAppender.AppendedRecord;
import io.millrace.cluster.record.NewRecord;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Finds the topic, chooses partitions, marks what has an idempotency key, and appends record by record, so that they share batches. */
public final class PlacingProducer implements RecordProducer {

    /** So much is hashed on the event loop: well below a millisecond. */
    private static final int HASH_INLINE_BYTES_MAX = 64 << 10;

    private final Vertx vertx;
    private final TopicAccess topics;
    private final Partitioner partitioner;
    private final RecordAppender appender;
    private final Clock clock;

    public PlacingProducer(
            Vertx vertx, TopicAccess topics, Partitioner partitioner, RecordAppender appender, Clock clock) {
        this.vertx = vertx;
        this.topics = topics;
        this.partitioner = partitioner;
        this.appender = appender;
        this.clock = clock;
    }

    @Override
    public Future<List<ProducedRecord>> produce(ProduceCommand command) {
        TopicMetadata topic = topics.find(command.topic());
        return topic != null
                ? produce(topic, command)
                : topics.create(command.topic()).compose(created -> produce(created, command));
    }

    private Future<List<ProducedRecord>> produce(TopicMetadata topic, ProduceCommand command) {
        if (command.idempotencyKey() == null || bytesOf(command.records()) <= HASH_INLINE_BYTES_MAX) {
            return append(topic, command, ready(command));
        }
        return vertx.executeBlocking(() -> ready(command), false).compose(ready -> append(topic, command, ready));
    }

    private static long bytesOf(List<RecordToProduce> records) {
        long bytes = 0;
        for (RecordToProduce each : records) {
            if (each.record() != null) {
                bytes += each.record().key() == null ? 0 : each.record().key().length;
                bytes += each.record().value() == null ? 0 : each.record().value().length;
            }
        }
        return bytes;
    }

    /** The records as they are stored: with the mark of their key, and without one that a client made up. Null where there is none. */
    private List<NewRecord> ready(ProduceCommand command) {
        IdempotencyKey key = command.idempotencyKey();
        long nowMs = clock.millis();
        List<NewRecord> ready = new ArrayList<>(command.records().size());
        int number = 0;
        for (RecordToProduce each : command.records()) {
            NewRecord record = each.record() == null ? null : IdempotencyMark.without(each.record());
            if (record != null && key != null) {
                record = IdempotencyMark.of(key.principal(), key.key(), number, record, nowMs)
                        .on(record);
            }
            ready.add(record);
            number++;
        }
        return ready;
    }

    private Future<List<ProducedRecord>> append(TopicMetadata topic, ProduceCommand command, List<NewRecord> ready) {
        ProducedRecord[] produced = new ProducedRecord[ready.size()];
        if (produced.length == 0) {
            return Future.succeededFuture(List.of());
        }
        Promise<List<ProducedRecord>> answer = Promise.promise();
        AtomicInteger unknown = new AtomicInteger(produced.length);
        for (int i = 0; i < produced.length; i++) {
            int index = i;
            appendOne(topic, command, command.records().get(i), ready.get(i)).onComplete(result -> {
                produced[index] = result.succeeded() ? stored(result.result()) : ProducedRecord.failed(result.cause());
                if (unknown.decrementAndGet() == 0) {
                    answer.complete(Arrays.asList(produced));
                }
            });
        }
        return answer.future();
    }

    private static ProducedRecord stored(AppendedRecord record) {
        return ProducedRecord.stored(record.partition(), record.offset(), record.timestampMs(), record.replayed());
    }

    private Future<AppendedRecord> appendOne(
            TopicMetadata topic, ProduceCommand command, RecordToProduce asked, NewRecord record) {
        if (asked.refusal() != null) {
            return Future.failedFuture(asked.refusal());
        }
        int count = topic.partitions().size();
        if (asked.partition() >= count) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "topic '" + topic.name() + "' has partitions 0 to " + (count - 1) + ", not " + asked.partition()));
        }
        TopicPartition partition =
                new TopicPartition(topic.id(), topic.name(), place(asked.partition(), record, command, count));
        return command.idempotencyKey() == null
                ? appender.append(partition, record, command.acks(), command.timeoutMs())
                : appender.appendOnce(partition, record, command.acks(), command.timeoutMs());
    }

    /** The same for a request that is sent again: without a key the records of a request stay together, in order. */
    private int place(int asked, NewRecord record, ProduceCommand command, int count) {
        if (asked >= 0) {
            return asked;
        }
        byte[] key = record.key() != null || command.idempotencyKey() == null
                ? record.key()
                : command.idempotencyKey().key().getBytes(StandardCharsets.UTF_8);
        return partitioner.partitionFor(key, count);
    }
}
