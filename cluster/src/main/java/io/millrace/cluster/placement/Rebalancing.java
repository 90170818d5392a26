package io.millrace.cluster.placement;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Plans of what the cluster is like now, and their execution. What was begun is in the metadata log and goes on without this node.
 *
 * <p>Thread-safe, never blocks. Futures fail with {@link MillraceException}.
 */
public final class Rebalancing {

    private final Controller controller;
    private final ClusterAdmin admin;

    public Rebalancing(Controller controller, ClusterAdmin admin) {
        this.controller = controller;
        this.admin = admin;
    }

    /** What would make the cluster even. Refused while partitions are being moved, and while a node that has replicas is down. */
    public Future<Plan> rebalance() {
        return plan(partitions -> {
            ClusterImage image = controller.image();
            for (PlacedPartition partition : partitions) {
                for (int node : partition.replicas()) {
                    if (!image.isLive(node)) {
                        throw new MillraceException(
                                ErrorCode.INVALID_REQUEST,
                                "Node " + node
                                        + " is down and has replicas: start it, or move them to others for good with"
                                        + " ./millrace cluster drain " + node + ", before the rest is balanced");
                    }
                }
            }
            return RebalancePlanner.plan(targets(), partitions);
        });
    }

    /** What would empty a node, alive or not. Refused while partitions are being moved. */
    public Future<Plan> drain(int node) {
        if (!controller.image().brokers().containsKey(node)) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.BROKER_ID_NOT_REGISTERED, "There is no node " + node + " in this cluster"));
        }
        return plan(partitions -> DrainPlanner.plan(node, targets(), partitions));
    }

    /** Begins to carry out a plan. Answers the moves that were refused and why; the others are under way. */
    public Future<Map<TopicPartition, MillraceException>> execute(Plan plan) {
        Map<TopicPartition, Optional<List<Integer>>> targets = new HashMap<>();
        plan.moves().forEach(move -> targets.put(move.partition(), Optional.of(move.to())));
        return admin.reassign(targets, false).map(Rebalancing::refused);
    }

    /** Takes back all moves that are not done yet. Answers those that could not be, and why. */
    public Future<Map<TopicPartition, MillraceException>> cancel() {
        Map<TopicPartition, Optional<List<Integer>>> targets = new HashMap<>();
        admin.reassignments().keySet().forEach(partition -> targets.put(partition, Optional.empty()));
        return admin.reassign(targets, false).map(outcomes -> {
            Map<TopicPartition, MillraceException> refused = refused(outcomes);
            refused.values().removeIf(failure -> failure.code() == ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
            return refused;
        });
    }

    private static Map<TopicPartition, MillraceException> refused(
            Map<TopicPartition, Optional<MillraceException>> outcomes) {
        Map<TopicPartition, MillraceException> refused = new HashMap<>();
        outcomes.forEach((partition, failure) -> failure.ifPresent(cause -> refused.put(partition, cause)));
        return refused;
    }

    private Future<Plan> plan(Function<List<PlacedPartition>, Plan> planner) {
        if (!admin.reassignments().isEmpty()) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.REASSIGNMENT_IN_PROGRESS,
                    admin.reassignments().size()
                            + " partitions are being moved: wait until that is done, or cancel it with"
                            + " ./millrace cluster rebalance --cancel"));
        }
        return admin.replicaSizes().map(sizes -> {
            try {
                return planner.apply(partitions(controller.image(), sizes));
            } catch (PlacementException e) {
                throw new MillraceException(ErrorCode.INVALID_REPLICA_ASSIGNMENT, e.getMessage(), e);
            }
        });
    }

    /** The nodes that may get replicas: those that are there to stay. */
    private List<PlacementNode> targets() {
        return controller.image().liveBrokers().stream()
                .filter(broker -> !broker.stopping() && !broker.drained())
                .map(broker -> new PlacementNode(broker.nodeId(), broker.rack()))
                .toList();
    }

    private static List<PlacedPartition> partitions(ClusterImage image, Map<Integer, Map<TopicPartition, Long>> sizes) {
        List<PlacedPartition> partitions = new ArrayList<>();
        image.topics().values().forEach(topic -> {
            for (PartitionMetadata each : topic.partitions()) {
                TopicPartition key = new TopicPartition(topic.id(), topic.name(), each.partition());
                partitions.add(new PlacedPartition(key, each.replicas(), bytes(key, each, sizes)));
            }
        });
        return partitions;
    }

    /** The leader's, as that is what will be copied; the largest known while there is no leader. */
    private static long bytes(
            TopicPartition key, PartitionMetadata partition, Map<Integer, Map<TopicPartition, Long>> sizes) {
        Long leading = sizes.getOrDefault(partition.leader(), Map.of()).get(key);
        return leading != null
                ? leading
                : sizes.values().stream()
                        .mapToLong(node -> node.getOrDefault(key, 0L))
                        .max()
                        .orElse(0);
    }
}
