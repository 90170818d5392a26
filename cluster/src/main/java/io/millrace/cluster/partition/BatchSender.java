package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.idempotence.OnceOutcome;
import io.millrace.cluster.partition.RecordAppender.AppendedRecord;
import io.millrace.cluster.record.NewRecord;
import io.millrace.storage.AppendResult;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;

/** How a batch of gathered records is appended, and what its answer means for each of them. */
interface BatchSender {

    Future<Answers> append(AppendCommand command);

    /** The answer for a whole batch. */
    @FunctionalInterface
    interface Answers {

        /** Tells whoever waits for a record, by its place in the batch. */
        void complete(int index, NewRecord record, Promise<AppendedRecord> waiting);
    }

    /** Appends whatever comes. */
    static BatchSender plain(TopicPartition partition, PartitionService service) {
        return command -> service.append(command)
                .map(result -> (index, record, waiting) -> waiting.tryComplete(new AppendedRecord(
                        partition.partition(), result.baseOffset() + index, timestampMs(result, record))));
    }

    private static long timestampMs(AppendResult result, NewRecord record) {
        return result.logAppendTimeMs() >= 0 ? result.logAppendTimeMs() : record.timestampMs();
    }

    /** Appends records with idempotency keys. */
    static BatchSender once(TopicPartition partition, OnceAppender once) {
        return command -> once.appendOnce(command)
                .map(outcomes -> (index, record, waiting) -> tell(partition, record, outcomes, index, waiting));
    }

    private static void tell(
            TopicPartition partition,
            NewRecord record,
            List<OnceOutcome> outcomes,
            int index,
            Promise<AppendedRecord> waiting) {
        OnceOutcome outcome = outcomes.get(index);
        switch (outcome.kind()) {
            case STORED ->
                waiting.tryComplete(
                        new AppendedRecord(partition.partition(), outcome.offset(), record.timestampMs(), false));
            case REPLAYED -> waiting.tryComplete(new AppendedRecord(partition.partition(), outcome.offset(), -1, true));
            case OTHER_RECORD ->
                waiting.tryFail(new MillraceException(
                        ErrorCode.INVALID_RECORD,
                        "Another record came with this idempotency key before: this one was not stored. Give each record a key of"
                                + " its own, and send it again unchanged"));
            case IN_PROGRESS ->
                waiting.tryFail(new MillraceException(
                        ErrorCode.CONCURRENT_TRANSACTIONS,
                        "A request with this idempotency key is still being carried out: send it again in a moment to learn how it"
                                + " ended"));
        }
    }
}
