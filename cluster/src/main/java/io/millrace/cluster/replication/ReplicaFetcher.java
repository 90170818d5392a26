package io.millrace.cluster.replication;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.replication.FetchRound.Asked;
import io.millrace.cluster.session.SentSession;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches from one leader in one lane: one request at a time, for all replicas of the lane that can say what they want, in a session
 * with the leader (KIP-227). The next request goes out when everything that the last one brought is durable here.
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

    private final ReplicaFetchers fetchers;
    private final Replication replication;
    private final int nodeId;
    private final int leader;
    private final int lane;

    private final LaneMembers members;

    /** What the leader remembers; used by whoever carries on the rounds. */
    private final SentSession<TopicPartition, Asked> session = new SentSession<>();

    private final Queue<TopicPartition> doubted = new ConcurrentLinkedQueue<>();
    private long brokerEpoch = -1;

    // Guarded by this.
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
        this.members = new LaneMembers(replication.config());
    }

    int leader() {
        return leader;
    }

    int lane() {
        return lane;
    }

    /** Returns whether nothing is under way: then {@link #next} is to be called, without a lock. */
    synchronized boolean add(FollowedReplica replica) {
        if (closed) {
            return false;
        }
        members.add(replica);
        emptyRounds = 0;
        if (busy) {
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
        synchronized (this) {
            if (closed || members.isEmpty()) {
                busy = false;
                return;
            }
        }
        long nowMs = replication.monotonicMs().getAsLong();
        for (TopicPartition each = doubted.poll(); each != null; each = doubted.poll()) {
            session.doubt(each);
        }
        long waitMs = members.ask(session, nowMs);
        if (session.isEmpty()) {
            // Those that join meanwhile are not kept waiting by those that failed.
            long lookAgainMs = Math.min(waitMs, replication.config().fetchWaitMs());
            replication.timers().after(waitMs < Long.MAX_VALUE ? lookAgainMs : NOT_READY_MS, this::next);
            return;
        }
        ask(nowMs, Math.min(waitMs, idleWaitMs()));
    }

    /** Where nothing happens for long, asking ten times a second would be most of what a node does. */
    private synchronized long idleWaitMs() {
        return emptyRounds < EMPTY_ROUNDS_UNTIL_IDLE
                ? replication.config().fetchWaitMs()
                : replication.config().fetchWaitIdleMs();
    }

    private void ask(long beganMs, long maxWaitMs) {
        ReplicationConfig config = replication.config();
        long epoch = replication.brokerEpoch().getAsLong();
        if (epoch != brokerEpoch) {
            // What was said, another life of this node has said.
            session.lost();
            brokerEpoch = epoch;
        }
        SentSession.Request<TopicPartition, Asked> update = session.next();
        ReplicaFetchRequest request = new ReplicaFetchRequest(
                nodeId,
                epoch,
                update.step(),
                (int) maxWaitMs,
                1,
                config.fetchMaxBytes(),
                update.changed().stream().map(Asked::entry).toList(),
                update.forgotten());
        fetch(request).onComplete(done -> {
            if (done.failed()) {
                unreachable(done.cause());
            } else if (done.result().error() != ErrorCode.NONE) {
                refused(done.result().error());
            } else {
                take(done.result(), beganMs);
            }
        });
    }

    private void take(ReplicaFetchResponse<ByteBuffer> answer, long beganMs) {
        reached();
        session.answered(answer.sessionId());
        FetchRound round = new FetchRound();
        round.take(answer, entry -> session.sent(entry.partition()), this::outcome)
                .onComplete(taken -> finish(round, beganMs));
    }

    /** A transport that throws must not end the fetching. */
    private Future<ReplicaFetchResponse<ByteBuffer>> fetch(ReplicaFetchRequest request) {
        try {
            return replication.transport().fetch(leader, lane, request);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    /** The leader does not know the session, or could not read at all: it is told everything again. */
    private void refused(ErrorCode error) {
        boolean isUsual =
                error == ErrorCode.FETCH_SESSION_ID_NOT_FOUND || error == ErrorCode.INVALID_FETCH_SESSION_EPOCH;
        failed(new MillraceException(error, "The leader answered " + error), isUsual);
    }

    private void unreachable(Throwable cause) {
        failed(cause, false);
    }

    private void failed(Throwable cause, boolean isUsual) {
        session.lost();
        replication.stats().failed();
        int inARow;
        synchronized (this) {
            inARow = ++failures;
        }
        if (inARow == 1 && !isUsual) {
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
        members.outcome(replica, failure == null, replication.monotonicMs().getAsLong());
        if (failure != null) {
            replication.stats().failed();
            doubted.add(replica.topicPartition());
            log.atDebug()
                    .addKeyValue("partition", replica.topicPartition())
                    .addKeyValue("leader", leader)
                    .log("Nothing fetched, asking again later: {}", failure.toString());
        }
    }

    private void finish(FetchRound round, long beganMs) {
        replication.stats().answered(round.receivedBytes());
        synchronized (this) {
            emptyRounds = round.receivedBytes() == 0 ? emptyRounds + 1 : 0;
        }
        boolean isAllDue = members.isAllDue(replication.monotonicMs().getAsLong());
        List<FollowedReplica> mayMove = isAllDue ? members.all() : round.replicas();
        mayMove.forEach(replica -> fetchers.move(replica, this));
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

    private long pauseMs(long bytes, long beganMs) {
        long fairMs = bytes * 1000 / replication.catchUpBytesPerSecond().getAsLong();
        return fairMs - (replication.monotonicMs().getAsLong() - beganMs);
    }
}
