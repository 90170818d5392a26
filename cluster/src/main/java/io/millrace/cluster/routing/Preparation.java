package io.millrace.cluster.routing;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.ReplicaReader;
import io.millrace.cluster.partition.Watch;
import io.millrace.cluster.routing.LeaderClient.Known;
import io.millrace.cluster.routing.Leaders.Leader;
import io.millrace.cluster.routing.OffsetLookups.Learned;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Makes the offsets of some partitions known here, none older than the moment it began: asks their leaders, and where this node reads a
 * replica of its own waits until that has caught up with the answer. So whoever wrote through one node and reads at another finds what
 * was acknowledged, and a stream that comes from another node is not taken for one that is ahead of the log.
 */
final class Preparation {

    private static final long PAUSE_MS = 30;

    private final Vertx vertx;
    private final Leaders leaders;
    private final ReplicaReader replicas;
    private final RemotePartitions remotes;
    private final OffsetLookups lookups;
    private final long deadlineNanos;
    private final Promise<Void> done = CallerContext.promise();

    Preparation(
            Vertx vertx,
            Leaders leaders,
            ReplicaReader replicas,
            RemotePartitions remotes,
            OffsetLookups lookups,
            long timeoutMs) {
        this.vertx = vertx;
        this.leaders = leaders;
        this.replicas = replicas;
        this.remotes = remotes;
        this.lookups = lookups;
        this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    Future<Void> start(Collection<TopicPartition> partitions) {
        round(partitions);
        return done.future();
    }

    private void round(Collection<TopicPartition> partitions) {
        List<TopicPartition> again = new ArrayList<>();
        Map<Integer, List<Known>> byLeader = new TreeMap<>();
        try {
            for (TopicPartition key : partitions) {
                if (!replicas.leads(key)) {
                    sort(key, byLeader, again);
                }
            }
        } catch (MillraceException e) {
            done.fail(e);
            return;
        }
        List<Future<Void>> asked = new ArrayList<>();
        byLeader.forEach((leader, known) -> asked.add(lookups.ask(leader, known).compose(all -> take(all, again))));
        Future.join(asked).onComplete(all -> {
            if (all.failed()) {
                done.fail(all.cause());
            } else if (again.isEmpty()) {
                done.complete();
            } else if (System.nanoTime() >= deadlineNanos) {
                done.fail(tooLate(again));
            } else {
                vertx.setTimer(PAUSE_MS, timer -> round(again));
            }
        });
    }

    private void sort(TopicPartition key, Map<Integer, List<Known>> byLeader, List<TopicPartition> again) {
        Leader leader;
        try {
            leader = leaders.find(key);
        } catch (MillraceException e) {
            if (!leaders.exists(key)) {
                throw e;
            }
            again.add(key);
            return;
        }
        if (leaders.isHere(leader)) {
            // Elected, and not in force yet.
            again.add(key);
        } else {
            byLeader.computeIfAbsent(leader.nodeId(), node -> new ArrayList<>()).add(new Known(key, leader.epoch()));
        }
    }

    private Future<Void> take(List<Learned> all, List<TopicPartition> again) {
        List<Future<Void>> caughtUp = new ArrayList<>();
        for (Learned learned : all) {
            TopicPartition key = learned.known().partition();
            if (learned.error() != ErrorCode.NONE && LeaderCalls.isPassing(learned.error())) {
                again.add(key);
            } else if (learned.error() != ErrorCode.NONE) {
                caughtUp.add(Future.failedFuture(new MillraceException(
                        learned.error(), "The leader of " + key + " cannot tell its offsets: " + learned.error())));
            } else if (replicas.has(key) && leaders.isInSyncHere(key)) {
                caughtUp.add(replicaHas(learned));
            } else {
                remotes.get(key)
                        .learned(learned.known().leaderEpoch(), learned.logStartOffset(), learned.highWatermark());
            }
        }
        return Future.join(caughtUp).mapEmpty();
    }

    /** Completes when the replica here knows what the leader told; fails when it does not in time. */
    private Future<Void> replicaHas(Learned learned) {
        TopicPartition key = learned.known().partition();
        if (isThere(learned)) {
            return Future.succeededFuture();
        }
        Promise<Void> there = CallerContext.promise();
        Watch watch = replicas.watch(key, learned.highWatermark() - 1, () -> {
            if (isThere(learned)) {
                there.tryComplete();
            }
        });
        long leftMs = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()));
        long timer = vertx.setTimer(leftMs, id -> there.tryFail(tooLate(List.of(key))));
        // The image of a new epoch may come after the records of the leader.
        long lookAgain = vertx.setPeriodic(PAUSE_MS, id -> {
            if (isThere(learned)) {
                there.tryComplete();
            }
        });
        return there.future().onComplete(over -> {
            watch.cancel();
            vertx.cancelTimer(timer);
            vertx.cancelTimer(lookAgain);
        });
    }

    private boolean isThere(Learned learned) {
        TopicPartition key = learned.known().partition();
        try {
            if (!replicas.has(key) || !leaders.isInSyncHere(key)) {
                // It left the in-sync replicas: the leader is read instead.
                remotes.get(key)
                        .learned(learned.known().leaderEpoch(), learned.logStartOffset(), learned.highWatermark());
                return true;
            }
            PartitionOffsets here = replicas.offsets(key);
            return here.highWatermark() >= learned.highWatermark()
                    && here.leaderEpoch() >= learned.known().leaderEpoch();
        } catch (MillraceException gone) {
            return true;
        }
    }

    private static MillraceException tooLate(List<TopicPartition> partitions) {
        return new MillraceException(
                ErrorCode.LEADER_NOT_AVAILABLE,
                "The leader of " + partitions.get(0) + " was not heard of in time"
                        + (partitions.size() == 1
                                ? ""
                                : ", nor those of " + (partitions.size() - 1) + " other partitions")
                        + ". Try again later");
    }
}
