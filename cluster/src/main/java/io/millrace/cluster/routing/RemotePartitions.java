package io.millrace.cluster.routing;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Watch;
import io.millrace.cluster.routing.LeaderClient.Known;
import io.millrace.cluster.routing.Leaders.Leader;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The partitions without a replica on this node that somebody here reads. While one is watched, the {@link LeaderPoll} of its leader asks
 * for what is new, once for the node, however many watch; a while after the last use it is forgotten.
 *
 * <p>Thread-safe; the polls run on one event loop.
 */
final class RemotePartitions {

    private static final long SWEEP_INTERVAL_MS = 5_000;
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Vertx vertx;
    private final Context context;
    private final Leaders leaders;
    private final LeaderClient client;
    private final Map<TopicPartition, RemotePartition> partitions = new ConcurrentHashMap<>();
    private final AtomicLong windowBytes = new AtomicLong();
    private final long sweep;

    /** By node id; on the context only. */
    private final Map<Integer, LeaderPoll> polls = new HashMap<>();

    private volatile boolean closed;

    RemotePartitions(Vertx vertx, Leaders leaders, LeaderClient client) {
        this.vertx = vertx;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.leaders = leaders;
        this.client = client;
        this.sweep = vertx.setPeriodic(SWEEP_INTERVAL_MS, id -> sweep());
    }

    /** Null when nobody reads it. */
    RemotePartition find(TopicPartition key) {
        return partitions.get(key);
    }

    RemotePartition get(TopicPartition key) {
        RemotePartition present = partitions.get(key);
        return present != null
                ? present
                : partitions.computeIfAbsent(key, absent -> new RemotePartition(absent, windowBytes));
    }

    /** See {@link io.millrace.cluster.partition.PartitionService#watch}. */
    Watch watch(TopicPartition key, long position, Runnable listener) {
        RemotePartition partition = get(key);
        boolean first = !partition.isWatched();
        Watch watch = partition.watch(position, listener);
        if (first) {
            poll();
        }
        return watch;
    }

    /** After a change of leaders, or of what is watched: every leader of something watched is asked. */
    void poll() {
        context.runOnContext(turn -> {
            if (closed) {
                return;
            }
            for (RemotePartition partition : partitions.values()) {
                if (partition.isWatched()) {
                    Leader leader = leaderOf(partition);
                    if (leader != null && !leaders.isHere(leader)) {
                        polls.computeIfAbsent(leader.nodeId(), node -> new LeaderPoll(vertx, node, this, client))
                                .wake();
                    }
                }
            }
        });
    }

    /** What a node is asked for. */
    record Watched(RemotePartition partition, Known known) {}

    /** What is watched here and led by a node. */
    List<Watched> watchedAt(int node) {
        List<Watched> watched = new ArrayList<>();
        if (closed) {
            return watched;
        }
        for (RemotePartition partition : partitions.values()) {
            Leader leader = partition.isWatched() ? leaderOf(partition) : null;
            if (leader != null && leader.nodeId() == node) {
                watched.add(new Watched(partition, new Known(partition.key(), leader.epoch())));
            }
        }
        return watched;
    }

    private Leader leaderOf(RemotePartition partition) {
        try {
            return leaders.find(partition.key());
        } catch (MillraceException e) {
            // Nobody leads, or it is deleted: the next image says more.
            return null;
        }
    }

    private void sweep() {
        partitions.values().removeIf(partition -> {
            boolean gone = !leaders.exists(partition.key());
            if (gone) {
                partition.tellAll();
            }
            if (!partition.isWatched()) {
                partition.window().leave();
            }
            return partition.isIdle(KEPT_NANOS) || gone && !partition.isWatched();
        });
    }

    void close() {
        closed = true;
        vertx.cancelTimer(sweep);
    }
}
