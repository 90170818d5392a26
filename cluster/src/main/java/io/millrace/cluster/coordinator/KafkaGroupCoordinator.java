package io.millrace.cluster.coordinator;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.controller.MetadataFollower;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.GroupClient;
import io.millrace.cluster.group.GroupCoordinator;
import io.millrace.cluster.group.GroupCounts;
import io.millrace.cluster.group.GroupTimes;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.partition.CoordinatorLogs;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/**
 * The groups of this node, carried out by Kafka's library, which runs from the moment that this node leads a partition of
 * {@code __consumer_offsets}. Thread-safe.
 */
public final class KafkaGroupCoordinator implements GroupCoordinator, MetadataFollower {

    private final OffsetsTopic topic;
    private final Coordination<RunningGroups> coordination;
    private final StreamsTopics streamsTopics;

    /** Null before the library runs. */
    private volatile LibraryMetrics metrics;

    private volatile GroupTimes times = GroupTimes.NONE;

    /**
     * @param overrides what single groups have set
     * @param shares what share groups stand on
     */
    public KafkaGroupCoordinator(
            Vertx vertx,
            int nodeId,
            GroupsConfig config,
            Controller controller,
            CoordinatorLogs logs,
            GroupOverrides overrides,
            ShareSupport shares) {
        this.topic = new OffsetsTopic(controller, config.offsetsPartitions());
        this.coordination = new Coordination<>(
                vertx,
                nodeId,
                InternalTopics.CONSUMER_OFFSETS,
                CoordinatorThreads.GROUPS,
                logs,
                (partitions, reigns, doubts, image) -> {
                    LibraryMetrics started = new LibraryMetrics(() -> times);
                    RunningGroups running = Library.start(
                            nodeId,
                            LibrarySettings.of(config, shares.config(), partitions),
                            overrides,
                            started,
                            logs,
                            reigns,
                            doubts,
                            shares,
                            image);
                    metrics = started;
                    return running;
                });
        this.streamsTopics = new StreamsTopics(controller, System::currentTimeMillis);
    }

    @Override
    public void onMetadata(ClusterImage image, MetadataDelta delta, MetadataImage kafkaImage) {
        coordination.onMetadata(image, delta, kafkaImage);
    }

    /** Ends the threads; whoever waits is told to find another coordinator. Blocks. */
    public void close() throws InterruptedException {
        coordination.close();
    }

    @Override
    public Future<BrokerMetadata> coordinatorOf(String groupId) {
        Promise<BrokerMetadata> promise = CallerContext.promise();
        topic.coordinatorOf(groupId).onComplete(promise);
        return promise.future();
    }

    @Override
    public Future<Integer> partitionOf(String groupId) {
        Promise<Integer> promise = CallerContext.promise();
        topic.partitionOf(groupId).onComplete(promise);
        return promise.future();
    }

    @Override
    public Future<JoinGroupResponseData> joinGroup(GroupClient client, JoinGroupRequestData request) {
        return ask(library -> library.joinGroup(new ClientContext(client), request, BufferSupplier.NO_CACHING));
    }

    @Override
    public Future<SyncGroupResponseData> syncGroup(GroupClient client, SyncGroupRequestData request) {
        return ask(library -> library.syncGroup(new ClientContext(client), request, BufferSupplier.NO_CACHING));
    }

    @Override
    public Future<HeartbeatResponseData> heartbeat(GroupClient client, HeartbeatRequestData request) {
        return ask(library -> library.heartbeat(new ClientContext(client), request));
    }

    @Override
    public Future<LeaveGroupResponseData> leaveGroup(GroupClient client, LeaveGroupRequestData request) {
        return ask(library -> library.leaveGroup(new ClientContext(client), request));
    }

    @Override
    public Future<ConsumerGroupHeartbeatResponseData> consumerGroupHeartbeat(
            GroupClient client, ConsumerGroupHeartbeatRequestData request) {
        return ask(library -> library.consumerGroupHeartbeat(new ClientContext(client), request));
    }

    @Override
    public Future<List<ConsumerGroupDescribeResponseData.DescribedGroup>> describeConsumerGroups(
            GroupClient client, List<String> groupIds) {
        return ask(library -> library.consumerGroupDescribe(new ClientContext(client), groupIds));
    }

    @Override
    public Future<StreamsGroupHeartbeatResponseData> streamsGroupHeartbeat(
            GroupClient client, StreamsGroupHeartbeatRequestData request) {
        return ask(library -> library.streamsGroupHeartbeat(new ClientContext(client), request))
                .map(result -> {
                    streamsTopics.create(result.creatableTopics(), result.data());
                    return result.data();
                });
    }

    @Override
    public Future<List<StreamsGroupDescribeResponseData.DescribedGroup>> describeStreamsGroups(
            GroupClient client, List<String> groupIds) {
        return ask(library -> library.streamsGroupDescribe(new ClientContext(client), groupIds));
    }

    @Override
    public Future<ShareGroupHeartbeatResponseData> shareGroupHeartbeat(
            GroupClient client, ShareGroupHeartbeatRequestData request) {
        return ask(library -> library.shareGroupHeartbeat(new ClientContext(client), request));
    }

    @Override
    public Future<List<ShareGroupDescribeResponseData.DescribedGroup>> describeShareGroups(
            GroupClient client, List<String> groupIds) {
        return ask(library -> library.shareGroupDescribe(new ClientContext(client), groupIds));
    }

    @Override
    public Future<DescribeShareGroupOffsetsResponseGroup> describeShareGroupOffsets(
            GroupClient client, DescribeShareGroupOffsetsRequestGroup request) {
        return ask(library -> request.topics() == null
                ? library.describeShareGroupAllOffsets(new ClientContext(client), request)
                : library.describeShareGroupOffsets(new ClientContext(client), request));
    }

    @Override
    public Future<AlterShareGroupOffsetsResponseData> alterShareGroupOffsets(
            GroupClient client, AlterShareGroupOffsetsRequestData request) {
        return ask(library -> library.alterShareGroupOffsets(new ClientContext(client), request.groupId(), request));
    }

    @Override
    public Future<DeleteShareGroupOffsetsResponseData> deleteShareGroupOffsets(
            GroupClient client, DeleteShareGroupOffsetsRequestData request) {
        return ask(library -> library.deleteShareGroupOffsets(new ClientContext(client), request));
    }

    @Override
    public Future<List<DescribeGroupsResponseData.DescribedGroup>> describeGroups(
            GroupClient client, List<String> groupIds) {
        return ask(library -> library.describeGroups(new ClientContext(client), groupIds));
    }

    @Override
    public Future<ListGroupsResponseData> listGroups(GroupClient client, ListGroupsRequestData request) {
        return coordination.library() == null
                ? Future.succeededFuture(new ListGroupsResponseData())
                : ask(library -> library.listGroups(new ClientContext(client), request));
    }

    @Override
    public Future<DeletableGroupResultCollection> deleteGroups(GroupClient client, List<String> groupIds) {
        return ask(library -> library.deleteGroups(new ClientContext(client), groupIds, BufferSupplier.NO_CACHING));
    }

    @Override
    public Future<OffsetCommitResponseData> commitOffsets(GroupClient client, OffsetCommitRequestData request) {
        return ask(library -> library.commitOffsets(new ClientContext(client), request, BufferSupplier.NO_CACHING));
    }

    @Override
    public Future<TxnOffsetCommitResponseData> commitTransactionalOffsets(
            GroupClient client, TxnOffsetCommitRequestData request) {
        return ask(library ->
                library.commitTransactionalOffsets(new ClientContext(client), request, BufferSupplier.NO_CACHING));
    }

    @Override
    public Future<OffsetDeleteResponseData> deleteOffsets(GroupClient client, OffsetDeleteRequestData request) {
        return ask(library -> library.deleteOffsets(new ClientContext(client), request, BufferSupplier.NO_CACHING));
    }

    @Override
    public Future<OffsetFetchResponseGroup> fetchOffsets(
            GroupClient client, OffsetFetchRequestGroup request, boolean requireStable) {
        return ask(library -> library.fetchOffsets(new ClientContext(client), request, requireStable));
    }

    @Override
    public Future<Void> completeTransaction(
            int partition,
            long producerId,
            short producerEpoch,
            int coordinatorEpoch,
            boolean commit,
            short transactionVersion) {
        return ask(library -> library.completeTransaction(
                new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, partition),
                producerId,
                producerEpoch,
                coordinatorEpoch,
                commit ? TransactionResult.COMMIT : TransactionResult.ABORT,
                transactionVersion));
    }

    @Override
    public void measure(GroupTimes by) {
        times = by;
    }

    @Override
    public GroupCounts counts() {
        LibraryMetrics present = metrics;
        return present == null ? GroupCounts.NONE : present.counts();
    }

    private <T> Future<T> ask(
            Function<org.apache.kafka.coordinator.group.GroupCoordinator, CompletableFuture<T>> question) {
        Promise<T> promise = CallerContext.promise();
        RunningGroups running = coordination.library();
        if (running == null) {
            promise.fail(new MillraceException(
                    ErrorCode.NOT_COORDINATOR, "This node coordinates no groups: ask which one does"));
            return promise.future();
        }
        LibraryErrors.complete(promise, () -> question.apply(running.library()));
        return promise.future();
    }
}
