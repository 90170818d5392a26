package io.millrace.cluster;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.partition.LocalPartitionService;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What a leader does before it gives its partitions to others in order: it takes no more appends and waits until those that it took are
 * replicated. Otherwise the last ones could be cut away by the next leader, and whoever wrote them could only be told that nothing is known
 * of them. Those who come meanwhile are told to try again, or wait at the node that asks for them.
 */
final class Resignation {

    /** Followers that keep up have everything within milliseconds; one that does not is not waited for longer. */
    private static final long TIMEOUT_MS = 1_000;

    /** Also before the first look: an append that was let in just now may not be in the log yet. */
    private static final long LOOK_MS = 20;

    private final Vertx vertx;
    private final int nodeId;
    private final LocalPartitionService partitions;
    private final Supplier<ClusterImage> image;

    Resignation(Vertx vertx, int nodeId, LocalPartitionService partitions, Supplier<ClusterImage> image) {
        this.vertx = vertx;
        this.nodeId = nodeId;
        this.partitions = partitions;
        this.image = image;
    }

    /** Completes in time, whatever happens; at once when there is nobody who could take over. */
    Future<Void> resign() {
        boolean hasHeirs =
                image.get().liveBrokers().stream().anyMatch(broker -> broker.nodeId() != nodeId && !broker.stopping());
        if (!hasHeirs) {
            return Future.succeededFuture();
        }
        partitions.resign();
        Promise<Void> settled = Promise.promise();
        look(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS), settled);
        return settled.future();
    }

    private void look(long deadlineNanos, Promise<Void> settled) {
        vertx.setTimer(LOOK_MS, timer -> {
            if (partitions.isSettled() || System.nanoTime() >= deadlineNanos) {
                settled.complete();
            } else {
                look(deadlineNanos, settled);
            }
        });
    }
}
