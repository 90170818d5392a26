package io.millrace.cluster.replication;

import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches from one leader in one lane: one request at a time, for all replicas of the lane that can say what they want. The next
 * request goes out when everything that the last one brought is durable here.
 *
 * <p>Runs on whatever thread the last answer, fsync or timer came on; guarded by its own lock, which is not held while it calls others.
 */
final class ReplicaFetcher {

    /** How soon to look again when no replica can say what it wants. */
    private static final long NOT_READY_MS = 5;

    /** How long a rate that was changed may still be the old one. */
    private static final long RATE_LOOK_MS = 500;

    private static final Logger log = LoggerFactory.getLogger(ReplicaFetcher.class);

    /** About ten seconds. */
    private static final int EMPTY_ROUNDS_UNTIL_IDLE = 100;

    /** How a replica does in this fetcher. */
    private static final class Member {
        private int failures;
        private int emptyRounds;
        private long notBeforeMs;
    }

    private final ReplicaFetchers fetchers;
    private final Replication replication;
    private final int nodeId;
    private final int leader;
    private final int lane;

    // Guarded by this.
    private final Map<FollowedReplica, Member> members = new LinkedHashMap<>();
    private boolean busy;
    private boolean closed;
    private int failures;
    private int emptyRounds;

    ReplicaFetcher(ReplicaFetchers fetchers, Replication replication, int nodeId, int leader, int lane) {
        this.fetchers = fetchers;
        this.replication = replication;
        this.nodeId = nodeId;
        this.leader = leader;
        this.lane = lane;
    }

    int leader() {
        return leader;
    }

    int lane() {
        return lane;
    }

    /** Returns whether nothing is under way: then {@link #next} is to be called, without a lock. */
    synchronized boolean add(FollowedReplica replica) {
        members.put(replica, new Member());
        emptyRounds = 0;
        if (busy || closed) {
            return false;
        }
        busy = true;
        return true;
    }

    synchronized void remove(FollowedReplica replica) {
        members.remove(replica);
    }

    synchronized void close() {
        closed = true;
        members.clear();
    }

    /** Only while {@link #busy}: by one thread at a time. */
    void next() {
        List<FollowedReplica> ready = new ArrayList<>();
        long nowMs = replication.monotonicMs().getAsLong();
        long waitMs = Long.MAX_VALUE;
        synchronized (this) {
            if (closed || members.isEmpty()) {
                busy = false;
                return;
            }
            for (Map.Entry<FollowedReplica, Member> each : members.entrySet()) {
                long left = each.getValue().notBeforeMs - nowMs;
                if (left <= 0) {
                    ready.add(each.getKey());
                } else {
                    waitMs = Math.min(waitMs, left);
                }
            }
        }
        FetchRound round = FetchRound.of(ready, replication.config().partitionMaxBytes());
        if (round.isEmpty()) {
            // Those that join meanwhile are not kept waiting by those that failed.
            long lookAgainMs = Math.min(waitMs, replication.config().fetchWaitMs());
            replication.timers().after(ready.isEmpty() ? lookAgainMs : NOT_READY_MS, this::next);
            return;
        }
        ask(round, nowMs, Math.min(waitMs, idleWaitMs()));
    }

    /** Where nothing happens for long, asking ten times a second would be most of what a node does. */
    private synchronized long idleWaitMs() {
        return emptyRounds < EMPTY_ROUNDS_UNTIL_IDLE
                ? replication.config().fetchWaitMs()
                : replication.config().fetchWaitIdleMs();
    }

    private void ask(FetchRound round, long beganMs, long maxWaitMs) {
        ReplicationConfig config = replication.config();
        ReplicaFetchRequest request = new ReplicaFetchRequest(
                nodeId,
                replication.brokerEpoch().getAsLong(),
                (int) maxWaitMs,
                1,
                config.fetchMaxBytes(),
                round.entries());
        fetch(request).onComplete(done -> {
            if (done.failed()) {
                unreachable(done.cause());
            } else {
                reached();
                round.take(done.result(), this::outcome).onComplete(taken -> finish(round, beganMs));
            }
        });
    }

    /** A transport that throws must not end the fetching. */
    private Future<ReplicaFetchResponse<ByteBuffer>> fetch(ReplicaFetchRequest request) {
        try {
            return replication.transport().fetch(leader, lane, request);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private void unreachable(Throwable cause) {
        int inARow;
        synchronized (this) {
            inARow = ++failures;
        }
        if (inARow == 1) {
            log.atWarn()
                    .addKeyValue("leader", leader)
                    .addKeyValue("lane", lane)
                    .log("A leader does not answer; it is asked again and again: {}", cause.toString());
        }
        replication.timers().after(replication.config().backoffMs(inARow), this::next);
    }

    private synchronized void reached() {
        failures = 0;
    }

    /** What became of the answer for one replica. */
    private void outcome(FollowedReplica replica, Throwable failure) {
        synchronized (this) {
            Member member = members.get(replica);
            if (member == null) {
                return;
            }
            if (failure == null) {
                member.failures = 0;
            } else {
                member.failures++;
                member.notBeforeMs = replication.monotonicMs().getAsLong()
                        + replication.config().backoffMs(member.failures);
            }
        }
        if (failure != null) {
            log.atDebug()
                    .addKeyValue("partition", replica.topicPartition())
                    .addKeyValue("leader", leader)
                    .log("Nothing fetched, asking again later: {}", failure.toString());
        }
    }

    private void finish(FetchRound round, long beganMs) {
        synchronized (this) {
            emptyRounds = round.receivedBytes() == 0 ? emptyRounds + 1 : 0;
        }
        round.replicas().forEach(replica -> fetchers.move(replica, this));
        rotate();
        if (lane == replication.config().catchUpLane()) {
            pause(round.receivedBytes(), beganMs);
        } else {
            next();
        }
    }

    /** Looks at the rate again and again: whoever raises it does not want to wait for what the old one asked for. */
    private void pause(long bytes, long beganMs) {
        long pauseMs = pauseMs(bytes, beganMs);
        if (pauseMs > 0) {
            replication.timers().after(Math.min(pauseMs, RATE_LOOK_MS), () -> pause(bytes, beganMs));
        } else {
            next();
        }
    }

    /** Answers are bounded: who came first this time comes last in the next. */
    private synchronized void rotate() {
        if (members.size() > 1) {
            FollowedReplica first = members.keySet().iterator().next();
            members.put(first, members.remove(first));
        }
    }

    private long pauseMs(long bytes, long beganMs) {
        long fairMs = bytes * 1000 / replication.catchUpBytesPerSecond().getAsLong();
        return fairMs - (replication.monotonicMs().getAsLong() - beganMs);
    }
}
