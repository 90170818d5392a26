package io.millrace.cluster.transaction;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The parts of the state topic that this node leads: each is read when a reign begins and dropped when it ends. There are none until the
 * topic is there, so a node without transactions pays nothing.
 *
 * <p>Thread-safe.
 */
final class StatePartitions {

    private final Vertx vertx;
    private final int nodeId;
    private final Supplier<ClusterImage> image;
    private final PartitionService partitions;
    private final StateTopic topic;
    private final MarkerSender markers;
    private final LongSupplier clock;
    private final Map<Integer, StatePartition> led = new ConcurrentHashMap<>();

    StatePartitions(
            Vertx vertx,
            int nodeId,
            Supplier<ClusterImage> image,
            PartitionService partitions,
            StateTopic topic,
            MarkerSender markers,
            LongSupplier clock) {
        this.vertx = vertx;
        this.nodeId = nodeId;
        this.image = image;
        this.partitions = partitions;
        this.topic = topic;
        this.markers = markers;
        this.clock = clock;
    }

    /** There is a new image, and it is in force on this node. One at a time. */
    void onImage(ClusterImage next) {
        TopicMetadata state = StateTopic.find(next);
        if (state == null) {
            led.values().forEach(StatePartition::close);
            led.clear();
            return;
        }
        for (PartitionMetadata each : state.partitions()) {
            TopicPartition key = new TopicPartition(state.id(), state.name(), each.partition());
            StatePartition present = led.get(each.partition());
            boolean leads = each.leader() == nodeId;
            if (present != null
                    && (!leads
                            || present.leaderEpoch() != each.leaderEpoch()
                            || !present.partition().equals(key))) {
                led.remove(each.partition());
                present.close();
                present = null;
            }
            if (leads && present == null) {
                begin(new StatePartition(key, each.leaderEpoch(), partitions, clock));
            }
        }
    }

    private void begin(StatePartition partition) {
        led.put(partition.partition().partition(), partition);
        new StateLoader(vertx, partitions, partition, () -> resume(partition)).run();
    }

    /** What the last coordinator had decided and not told everybody. */
    private void resume(StatePartition partition) {
        for (TransactionMetadata each : partition.all()) {
            if (each.state().isPrepared()) {
                complete(partition, each);
            }
        }
    }

    /** Has the outcome of a transaction told to its partitions, and notes when that is done. */
    void complete(StatePartition partition, TransactionMetadata prepared) {
        markers.send(partition, prepared);
    }

    /** The part that has an id. Throws NOT_COORDINATOR when another node leads it. */
    StatePartition of(String transactionalId) {
        TopicMetadata state = StateTopic.find(image.get());
        StatePartition partition = state == null ? null : led.get(StateTopic.partitionOf(transactionalId, state));
        if (partition == null) {
            throw new MillraceException(
                    ErrorCode.NOT_COORDINATOR,
                    "This node does not coordinate the transactional id '" + transactionalId
                            + "': find the coordinator again");
        }
        return partition;
    }

    Collection<StatePartition> all() {
        return List.copyOf(led.values());
    }

    List<StatePartition> loaded() {
        return led.values().stream()
                .filter(each -> each.isLoaded() && each.isOpen())
                .toList();
    }

    /** See {@link TransactionCoordinator#find}. */
    Future<Integer> find(String transactionalId) {
        return topic.orCreate()
                .recover(failure -> Future.failedFuture(notAvailable(String.valueOf(failure.getMessage()))))
                .compose(created -> {
                    var leader = StateTopic.coordinatorOf(image.get(), transactionalId);
                    return leader.isPresent()
                            ? Future.succeededFuture(leader.getAsInt())
                            : Future.failedFuture(notAvailable(
                                    "nobody leads its part of " + InternalTopics.TRANSACTION_STATE + " at the moment"));
                });
    }

    private static MillraceException notAvailable(String why) {
        return new MillraceException(
                ErrorCode.COORDINATOR_NOT_AVAILABLE, "There is no coordinator for the transactional id yet: " + why);
    }

    void close() {
        led.values().forEach(StatePartition::close);
        led.clear();
    }
}
