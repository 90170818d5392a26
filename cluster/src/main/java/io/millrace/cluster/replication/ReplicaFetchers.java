package io.millrace.cluster.replication;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All fetchers of a node: finds the one of a leader and lane for each replica that follows.
 *
 * <p>A replica begins in the lane for catching up, whatever its state: the other lanes may be held by a leader that has no records.
 * Thread-safe.
 */
public final class ReplicaFetchers {

    private static final Logger log = LoggerFactory.getLogger(ReplicaFetchers.class);

    private record Lane(int leader, int number) {}

    private final Replication replication;
    private final int nodeId;
    private final Map<Lane, ReplicaFetcher> fetchers = new HashMap<>();
    private final Map<FollowedReplica, ReplicaFetcher> assigned = new HashMap<>();
    private boolean closed;

    public ReplicaFetchers(Replication replication, int nodeId) {
        this.replication = replication;
        this.nodeId = nodeId;
    }

    /** Begins to fetch for a replica, until {@link #unfollow}. */
    public void follow(FollowedReplica replica, int leader) {
        ReplicaFetcher fetcher;
        boolean isStill;
        synchronized (this) {
            if (closed) {
                return;
            }
            fetcher = fetcher(leader, replication.config().catchUpLane());
            assigned.put(replica, fetcher);
            isStill = fetcher.add(replica);
        }
        log.atDebug()
                .addKeyValue("partition", replica.topicPartition())
                .addKeyValue("leader", leader)
                .log("Following");
        if (isStill) {
            fetcher.next();
        }
    }

    /** Nothing more is asked for a replica; an answer that is under way may still come. */
    public void unfollow(FollowedReplica replica) {
        synchronized (this) {
            ReplicaFetcher fetcher = assigned.remove(replica);
            if (fetcher != null) {
                fetcher.remove(replica);
            }
        }
    }

    /** Moves a replica that has caught up, or fell behind, to the other kind of lane. Between two rounds of its fetcher. */
    void move(FollowedReplica replica, ReplicaFetcher from) {
        int lane = laneOf(replica);
        if (lane == from.lane()) {
            return;
        }
        ReplicaFetcher to;
        boolean isStill;
        // All of it under the lock: who unfollows must find the replica in the fetcher that it is assigned to.
        synchronized (this) {
            if (closed || assigned.get(replica) != from) {
                return;
            }
            to = fetcher(from.leader(), lane);
            assigned.put(replica, to);
            from.remove(replica);
            isStill = to.add(replica);
        }
        if (isStill) {
            to.next();
        }
    }

    private int laneOf(FollowedReplica replica) {
        return replica.isCaughtUp()
                ? Math.floorMod(
                        replica.topicPartition().hashCode(),
                        replication.config().lanes())
                : replication.config().catchUpLane();
    }

    private ReplicaFetcher fetcher(int leader, int lane) {
        return fetchers.computeIfAbsent(
                new Lane(leader, lane),
                key -> new ReplicaFetcher(this, replication, nodeId, key.leader(), key.number()));
    }

    /** Asks for nothing more. */
    public synchronized void close() {
        closed = true;
        fetchers.values().forEach(ReplicaFetcher::close);
        assigned.clear();
    }
}
