package io.millrace.cluster.coordinator;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.share.persister.DeleteShareGroupStateParameters;
import org.apache.kafka.server.share.persister.DeleteShareGroupStateResult;
import org.apache.kafka.server.share.persister.GroupTopicPartitionData;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateParameters;
import org.apache.kafka.server.share.persister.InitializeShareGroupStateResult;
import org.apache.kafka.server.share.persister.PartitionErrorData;
import org.apache.kafka.server.share.persister.PartitionFactory;
import org.apache.kafka.server.share.persister.PartitionIdData;
import org.apache.kafka.server.share.persister.PartitionInfoData;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.share.persister.PersisterStateBatch;
import org.apache.kafka.server.share.persister.ReadShareGroupStateParameters;
import org.apache.kafka.server.share.persister.ReadShareGroupStateResult;
import org.apache.kafka.server.share.persister.ReadShareGroupStateSummaryParameters;
import org.apache.kafka.server.share.persister.ReadShareGroupStateSummaryResult;
import org.apache.kafka.server.share.persister.TopicData;
import org.apache.kafka.server.share.persister.WriteShareGroupStateParameters;
import org.apache.kafka.server.share.persister.WriteShareGroupStateResult;

/** The state of share groups as the library of groups wants it kept; every share-partition is asked for by itself. Thread-safe. */
final class SharePersister implements Persister {

    private final ShareStateRows rows;

    SharePersister(ShareStateRows rows) {
        this.rows = rows;
    }

    /** Asks about one share-partition of a group. */
    @FunctionalInterface
    private interface Question<A, B> {
        Future<B> ask(String group, Uuid topic, A partition);
    }

    @Override
    public CompletableFuture<InitializeShareGroupStateResult> initializeState(
            InitializeShareGroupStateParameters asked) {
        return all(
                asked.groupTopicPartitionData(),
                (group, topic, each) -> rows.initialize(group, topic, each)
                        .map(row -> error(row.partition(), row.errorCode(), row.errorMessage())),
                SharePersister::failed,
                topics -> new InitializeShareGroupStateResult.Builder()
                        .setTopicsData(topics)
                        .build());
    }

    @Override
    public CompletableFuture<ReadShareGroupStateResult> readState(ReadShareGroupStateParameters asked) {
        return all(
                asked.groupTopicPartitionData(),
                (group, topic, each) -> rows.read(group, topic, each)
                        .map(row -> PartitionFactory.newPartitionAllData(
                                row.partition(),
                                row.stateEpoch(),
                                row.startOffset(),
                                row.errorCode(),
                                row.errorMessage(),
                                row.stateBatches().stream()
                                        .map(PersisterStateBatch::from)
                                        .toList())),
                (each, error) -> PartitionFactory.newPartitionAllData(
                        each.partition(),
                        PartitionFactory.DEFAULT_STATE_EPOCH,
                        PartitionFactory.UNINITIALIZED_START_OFFSET,
                        error.code(),
                        error.message(),
                        List.of()),
                topics -> new ReadShareGroupStateResult.Builder()
                        .setTopicsData(topics)
                        .build());
    }

    @Override
    public CompletableFuture<WriteShareGroupStateResult> writeState(WriteShareGroupStateParameters asked) {
        return all(
                asked.groupTopicPartitionData(),
                (group, topic, each) -> rows.write(group, topic, each)
                        .map(row -> error(row.partition(), row.errorCode(), row.errorMessage())),
                SharePersister::failed,
                topics -> new WriteShareGroupStateResult.Builder()
                        .setTopicsData(topics)
                        .build());
    }

    @Override
    public CompletableFuture<DeleteShareGroupStateResult> deleteState(DeleteShareGroupStateParameters asked) {
        return all(
                asked.groupTopicPartitionData(),
                (group, topic, each) -> rows.delete(group, topic, each)
                        .map(row -> error(row.partition(), row.errorCode(), row.errorMessage())),
                SharePersister::failed,
                topics -> new DeleteShareGroupStateResult.Builder()
                        .setTopicsData(topics)
                        .build());
    }

    @Override
    public CompletableFuture<ReadShareGroupStateSummaryResult> readSummary(ReadShareGroupStateSummaryParameters asked) {
        return all(
                asked.groupTopicPartitionData(),
                (group, topic, each) -> rows.readSummary(group, topic, each)
                        .map(row -> PartitionFactory.newPartitionStateSummaryData(
                                row.partition(),
                                row.stateEpoch(),
                                row.startOffset(),
                                row.deliveryCompleteCount(),
                                row.leaderEpoch(),
                                row.errorCode(),
                                row.errorMessage())),
                (each, error) -> PartitionFactory.newPartitionStateSummaryData(
                        each.partition(),
                        PartitionFactory.DEFAULT_STATE_EPOCH,
                        PartitionFactory.UNINITIALIZED_START_OFFSET,
                        PartitionFactory.UNINITIALIZED_DELIVERY_COMPLETE_COUNT,
                        PartitionFactory.DEFAULT_LEADER_EPOCH,
                        error.code(),
                        error.message()),
                topics -> new ReadShareGroupStateSummaryResult.Builder()
                        .setTopicsData(topics)
                        .build());
    }

    private static PartitionErrorData error(int partition, short code, String message) {
        return PartitionFactory.newPartitionErrorData(partition, code, message);
    }

    private static PartitionErrorData failed(PartitionIdData partition, Errors error) {
        return error(partition.partition(), error.code(), error.message());
    }

    private static <A extends PartitionInfoData & PartitionIdData, B extends PartitionInfoData, R>
            CompletableFuture<R> all(
                    GroupTopicPartitionData<A> asked,
                    Question<A, B> question,
                    BiFunction<A, Errors, B> failed,
                    Function<List<TopicData<B>>, R> result) {
        List<Future<TopicData<B>>> topics = new ArrayList<>();
        for (TopicData<A> topic : asked.topicsData()) {
            List<Future<B>> rows = topic.partitions().stream()
                    .map(each -> question.ask(asked.groupId(), topic.topicId(), each)
                            .otherwise(
                                    failure -> failed.apply(each, Errors.forException(LibraryErrors.toKafka(failure)))))
                    .toList();
            topics.add(Future.all(rows)
                    .map(done -> new TopicData<>(
                            topic.topicId(), rows.stream().map(Future::result).toList())));
        }
        return Future.all(topics)
                .map(done -> result.apply(topics.stream().map(Future::result).toList()))
                .toCompletionStage()
                .toCompletableFuture();
    }

    @Override
    public void stop() {}
}
