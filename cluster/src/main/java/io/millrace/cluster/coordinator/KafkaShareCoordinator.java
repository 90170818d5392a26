package io.millrace.cluster.coordinator;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.controller.MetadataFollower;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.GroupTimes;
import io.millrace.cluster.group.ShareStateCoordinator;
import io.millrace.cluster.group.ShareStateCounts;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.partition.CoordinatorLogs;
import io.millrace.cluster.peer.PeerApi;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.DeleteShareGroupStateResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.coordinator.share.ShareCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.share.SharePartitionKey;

/**
 * The states of share groups that this node keeps, by Kafka's library, which runs from the moment that this node leads a partition of
 * {@code __share_group_state}. Thread-safe.
 */
public final class KafkaShareCoordinator implements ShareStateCoordinator, MetadataFollower {

    private final ShareStateTopic topic;
    private final Coordination<RunningShareStates> coordination;

    /** Null before the library runs. */
    private volatile ShareLibraryMetrics metrics;

    private volatile GroupTimes times = GroupTimes.NONE;

    /** @param statePartitions of the internal topic, when it is created here */
    public KafkaShareCoordinator(
            Vertx vertx, int nodeId, int statePartitions, Controller controller, CoordinatorLogs logs) {
        this.topic = new ShareStateTopic(controller, statePartitions);
        this.coordination = new Coordination<>(
                vertx,
                nodeId,
                InternalTopics.SHARE_GROUP_STATE,
                ShareLibrary.THREADS,
                logs,
                (partitions, reigns, doubts, image) -> {
                    ShareLibraryMetrics started = new ShareLibraryMetrics(() -> times);
                    RunningShareStates running =
                            ShareLibrary.start(nodeId, partitions, started, logs, reigns, doubts, image);
                    metrics = started;
                    return running;
                });
    }

    @Override
    public void onMetadata(ClusterImage image, MetadataDelta delta, MetadataImage kafkaImage) {
        coordination.onMetadata(image, delta, kafkaImage);
    }

    /** Ends the threads. Blocks. */
    public void close() throws InterruptedException {
        coordination.close();
    }

    /** What the leaders of partitions and the coordinators of groups ask, from other nodes. */
    public List<PeerApi> peerApis() {
        return List.of(
                row(ApiKeys.INITIALIZE_SHARE_GROUP_STATE, InitializeShareGroupStateRequestData.class, this::initialize),
                row(ApiKeys.READ_SHARE_GROUP_STATE, ReadShareGroupStateRequestData.class, this::read),
                row(ApiKeys.WRITE_SHARE_GROUP_STATE, WriteShareGroupStateRequestData.class, this::write),
                row(ApiKeys.DELETE_SHARE_GROUP_STATE, DeleteShareGroupStateRequestData.class, this::delete),
                row(
                        ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY,
                        ReadShareGroupStateSummaryRequestData.class,
                        this::readSummary));
    }

    private static <Q extends ApiMessage> PeerApi row(
            ApiKeys api, Class<Q> type, Function<Q, Future<? extends ApiMessage>> question) {
        return new PeerApi(
                api,
                api.oldestVersion(),
                api.latestVersion(),
                (version, request) -> question.apply(type.cast(request)).map(answer -> (ApiMessage) answer));
    }

    @Override
    public Future<BrokerMetadata> coordinatorOf(String key) {
        Promise<BrokerMetadata> promise = CallerContext.promise();
        try {
            SharePartitionKey.validate(key);
            topic.coordinatorOf(key).onComplete(promise);
        } catch (IllegalArgumentException e) {
            promise.fail(new MillraceException(
                    ErrorCode.INVALID_REQUEST, "The key of a share coordinator is group:topicId:partition: " + key));
        }
        return promise.future();
    }

    @Override
    public Future<InitializeShareGroupStateResponseData> initialize(InitializeShareGroupStateRequestData request) {
        return ask(library -> library.initializeState(null, request));
    }

    @Override
    public Future<ReadShareGroupStateResponseData> read(ReadShareGroupStateRequestData request) {
        return ask(library -> library.readState(null, request));
    }

    @Override
    public Future<ReadShareGroupStateSummaryResponseData> readSummary(ReadShareGroupStateSummaryRequestData request) {
        return ask(library -> library.readStateSummary(null, request));
    }

    @Override
    public Future<WriteShareGroupStateResponseData> write(WriteShareGroupStateRequestData request) {
        return ask(library -> library.writeState(null, request));
    }

    @Override
    public Future<DeleteShareGroupStateResponseData> delete(DeleteShareGroupStateRequestData request) {
        return ask(library -> library.deleteState(null, request));
    }

    @Override
    public void measure(GroupTimes by) {
        times = by;
    }

    @Override
    public ShareStateCounts counts() {
        ShareLibraryMetrics present = metrics;
        return present == null ? ShareStateCounts.NONE : present.counts();
    }

    /** The library has no use for who asks. */
    private <T> Future<T> ask(Function<ShareCoordinator, CompletableFuture<T>> question) {
        Promise<T> promise = CallerContext.promise();
        RunningShareStates running = coordination.library();
        if (running == null) {
            promise.fail(new MillraceException(
                    ErrorCode.NOT_COORDINATOR, "This node keeps no states of share groups: ask which one does"));
            return promise.future();
        }
        LibraryErrors.complete(promise, () -> question.apply(running.library()));
        return promise.future();
    }
}
