package io.millrace.cluster.partition;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.replication.IsrCommitter.Answer;
import io.millrace.cluster.replication.IsrCommitter.Committed;
import io.millrace.cluster.replication.IsrCommitter.Ineligible;
import io.millrace.cluster.replication.IsrCommitter.Member;
import io.millrace.cluster.replication.IsrCommitter.Proposal;
import io.millrace.cluster.replication.IsrCommitter.Stale;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the in-sync replicas of one reign changed: decides who should join or leave, asks the controller, and asks again while the
 * outcome is not known. Ends with the reign.
 *
 * <p>What it decides is guarded by the partition's lock; it asks without.
 */
final class IsrChanges {

    /** How long nothing is asked for after the controller refused a member that looked fine from here. */
    private static final long REFUSED_PAUSE_MS = 200;

    private static final Logger log = LoggerFactory.getLogger(IsrChanges.class);

    private final TopicPartition partition;
    private final PartitionContext context;
    private final Object lock;
    private final InSyncReplicas inSync;
    private final Map<Integer, FollowerProgress> followers;
    private final Runnable changed;
    private boolean closed;
    private long notBeforeMs;

    /** @param changed called without the lock when the committed set is another one, or a change was given up */
    IsrChanges(
            TopicPartition partition,
            PartitionContext context,
            Object lock,
            InSyncReplicas inSync,
            Map<Integer, FollowerProgress> followers,
            Runnable changed) {
        this.partition = partition;
        this.context = context;
        this.lock = lock;
        this.inSync = inSync;
        this.followers = followers;
        this.changed = changed;
        this.notBeforeMs = context.nowMs();
    }

    /** The change that takes a follower in, which has asked for records just now; null when it may not join. Lock held. */
    Proposal expand(int replica, long requiredOffset) {
        FollowerProgress progress = followers.get(replica);
        if (progress.durableOffset() < requiredOffset
                || inSync.committed().contains(replica)
                || isHeldUp()
                || !isEligible(replica, progress)) {
            return null;
        }
        List<Integer> wanted = new ArrayList<>(inSync.committed());
        wanted.add(replica);
        // The controller takes nobody in beside a leader that has not said that it recovered.
        return inSync.propose(members(wanted), false);
    }

    /** The change that leaves out those that fell behind; null when all keep up. Lock held. */
    Proposal shrink(long logEnd, long nowMs) {
        if (isHeldUp()) {
            return null;
        }
        List<Integer> wanted = new ArrayList<>(inSync.committed());
        wanted.removeIf(replica -> replica != context.nodeId() && !keepsUp(replica, logEnd, nowMs));
        if (wanted.size() == inSync.committed().size()) {
            return null;
        }
        log.atInfo()
                .addKeyValue("partition", partition)
                .log("In-sync replicas: {} keep up, of {}", wanted, inSync.committed());
        return inSync.propose(members(wanted), inSync.isRecovering());
    }

    /**
     * The change that says that a leader which was elected uncleanly has recovered: without other replicas there is nobody who might have
     * to cut what this one lacks. With others the first one that joins says it. Null when there is nothing to say. Lock held.
     */
    Proposal recover() {
        if (!inSync.isRecovering() || !followers.isEmpty() || isHeldUp()) {
            return null;
        }
        return inSync.propose(members(inSync.committed()), false);
    }

    private boolean isHeldUp() {
        return closed || inSync.isChanging() || context.nowMs() < notBeforeMs;
    }

    private boolean keepsUp(int replica, long logEnd, long nowMs) {
        FollowerProgress progress = followers.get(replica);
        return progress != null
                && progress.isCaughtUp(
                        logEnd, nowMs, context.replication().config().replicaLagTimeMaxMs());
    }

    /** Registered, alive, staying, and the same process that asked for the records. */
    private boolean isEligible(int replica, FollowerProgress progress) {
        BrokerMetadata broker = context.broker(replica);
        return broker != null && !broker.fenced() && !broker.stopping() && broker.epoch() == progress.brokerEpoch();
    }

    private List<Member> members(List<Integer> replicas) {
        return replicas.stream()
                .map(replica -> new Member(replica, brokerEpoch(replica)))
                .toList();
    }

    private long brokerEpoch(int replica) {
        if (replica == context.nodeId()) {
            return context.replication().brokerEpoch().getAsLong();
        }
        FollowerProgress progress = followers.get(replica);
        if (progress != null && progress.brokerEpoch() >= 0) {
            return progress.brokerEpoch();
        }
        BrokerMetadata broker = context.broker(replica);
        return broker == null ? -1 : broker.epoch();
    }

    /** Asks the controller; does nothing for null. Lock not held. */
    void ask(Proposal proposal) {
        if (proposal != null) {
            ask(proposal, 1);
        }
    }

    private void ask(Proposal proposal, int attempt) {
        alter(proposal).onComplete(done -> {
            if (done.succeeded()) {
                answered(proposal, done.result());
            } else {
                unanswered(proposal, attempt, done.cause());
            }
        });
    }

    /** Whatever goes wrong there must not reach the request or fsync that led here. */
    private Future<Answer> alter(Proposal proposal) {
        try {
            return context.replication().committer().alter(proposal);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    /** Nobody knows whether it was carried out: it still counts, and the same is asked again. */
    private void unanswered(Proposal proposal, int attempt, Throwable cause) {
        synchronized (lock) {
            if (closed || !inSync.isPending(proposal)) {
                return;
            }
        }
        log.atDebug()
                .addKeyValue("partition", partition)
                .log("No answer about the in-sync replicas, asking again: {}", Objects.toString(cause));
        askAgainAfter(proposal, context.replication().config().backoffMs(attempt), attempt + 1);
    }

    /** Unless it is decided by then. */
    private void askAgainAfter(Proposal proposal, long delayMs, int attempt) {
        context.replication().timers().after(delayMs, () -> {
            synchronized (lock) {
                if (closed || !inSync.isPending(proposal)) {
                    return;
                }
            }
            ask(proposal, attempt);
        });
    }

    private void answered(Proposal proposal, Answer answer) {
        synchronized (lock) {
            if (closed) {
                return;
            }
            if (answer instanceof Committed committed) {
                if (inSync.committed(committed)) {
                    log.atInfo().addKeyValue("partition", partition).log("In-sync replicas: {}", committed.isr());
                }
                // When nothing was news, an image was quicker, or a later one has to decide.
            } else if (answer instanceof Stale stale) {
                // What is committed is newer than what is known here: until it comes, the change counts.
                log.atDebug()
                        .addKeyValue("partition", partition)
                        .log("In-sync replicas wait for the next image: {}", stale.reason());
                askAgainAfter(proposal, context.replication().config().backoffMaxMs(), 1);
            } else if (answer instanceof Ineligible ineligible) {
                inSync.refused(proposal);
                notBeforeMs = context.nowMs() + REFUSED_PAUSE_MS;
                log.atInfo()
                        .addKeyValue("partition", partition)
                        .log("In-sync replicas stay as they are: {}", ineligible.reason());
            }
        }
        changed.run();
    }

    /** Nothing more is asked, and no answer counts. Lock held. */
    void close() {
        closed = true;
    }
}
