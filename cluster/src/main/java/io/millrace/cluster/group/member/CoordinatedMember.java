package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.member.Heartbeat.Subscription;
import io.millrace.storage.TopicPartition;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a group with the consumer protocol (KIP-848): heartbeats, what comes of their answers, and the way out. Which partitions it
 * has is kept by {@link Ownership} and changed by {@link Reconciliation}.
 *
 * <p>On its {@link MemberThread}, which is the caller's.
 */
final class CoordinatedMember implements GroupMember {

    private static final Logger log = LoggerFactory.getLogger(CoordinatedMember.class);

    /**
     * How much longer the coordinator waits for what is revoked than the listener is given: time to tell it, also when it is just moving.
     */
    private static final int REBALANCE_MARGIN_MS = 25_000;

    /** Until the coordinator has said how often it wants to hear of the member. */
    private static final long FIRST_INTERVAL_MS = 1_000;

    /** The life of a member. */
    private enum State {
        NEW,
        JOINING,
        MEMBER,
        LEAVING,
        ENDED
    }

    private final MemberThread thread;
    private final CoordinatorClient client;
    private final MemberIdentity identity;
    private final Subscription subscription;
    private final GroupMemberLimits limits;
    private final InstanceIdClaim instanceId;
    private final GroupMemberListener listener;
    private final Ownership ownership;
    private final CommitQueue commits;
    private final Reconciliation reconciliation;
    private final Retries retries;
    private final Promise<Void> ended = Promise.promise();

    /** When the last heartbeat of a member that leaves was answered. */
    private final Promise<Void> quiet = Promise.promise();

    private State state = State.NEW;
    private int epoch = Heartbeat.JOIN;
    private long intervalMs = FIRST_INTERVAL_MS;

    /** Whether the coordinator may not know everything: after a join, and after an answer that did not come. */
    private boolean tellAll = true;

    /** Whether what the member has is other than what the coordinator was told. */
    private boolean tellOwned;

    private boolean underWay;
    private boolean soon;
    private MemberThread.Timer next = () -> {};

    /**
     * @param topicNames the name of a topic id, as far as this node knows it
     * @param releaseElsewhere asks other nodes to give back the instance id of the request; completes when they have, or have not
     */
    CoordinatedMember(
            MemberThread thread,
            CoordinatorClient client,
            JoinRequest request,
            GroupMemberLimits limits,
            Function<UUID, Optional<String>> topicNames,
            Supplier<Future<Void>> releaseElsewhere,
            GroupMemberListener listener) {
        this.thread = thread;
        this.client = client;
        this.identity = MemberIdentity.ofNew(request);
        this.subscription = new Subscription(
                request.topics(), request.topicPattern(), request.revocationTimeoutMs() + REBALANCE_MARGIN_MS);
        this.limits = limits;
        this.instanceId = new InstanceIdClaim(thread, client, identity, limits, releaseElsewhere);
        this.listener = listener;
        this.ownership = new Ownership(topicNames);
        this.retries = new Retries(limits);
        this.commits = new CommitQueue(thread, client, identity, limits, () -> epoch, this::beatSoon);
        this.reconciliation = new Reconciliation(
                thread, client, identity, limits, ownership, commits, request.revocationTimeoutMs(), new Reconciled());
    }

    /** Begins to join. On the member's thread. */
    void start() {
        if (state == State.NEW) {
            state = State.JOINING;
            beat();
        }
    }

    /** Completes when the member does nothing any more. */
    Future<Void> ended() {
        return ended.future();
    }

    MemberIdentity identity() {
        return identity;
    }

    /** Ends a member that never was one. On the member's thread. */
    void refuse(MillraceException why) {
        fail(why);
    }

    /**
     * Another connection to this node takes over the instance id: the partitions stay with it. Completes when the coordinator knows. Any
     * thread.
     */
    Future<Void> replaced() {
        thread.run(this::replace);
        return ended.future();
    }

    /**
     * As {@link #replaced}, for a connection to another node, and only if the member has its instance id: of two that wait for it neither sends
     * the other away.
     */
    Future<Void> replacedElsewhere() {
        Promise<Void> done = Promise.promise();
        thread.run(() -> {
            if (state == State.NEW || state == State.JOINING) {
                done.complete();
            } else {
                replace();
                ended.future().onComplete(done);
            }
        });
        return done.future();
    }

    private void replace() {
        if (state == State.NEW || isAlive()) {
            MillraceException why = MemberErrors.replaced(identity.instanceId());
            part(Heartbeat.LEAVE_FOR_A_WHILE, why);
            tell(() -> listener.failed(why));
        }
    }

    @Override
    public String memberId() {
        return identity.memberId();
    }

    @Override
    public int memberEpoch() {
        return epoch;
    }

    @Override
    public Future<Void> commit(Map<TopicPartition, Position> positions) {
        if (!isAlive()) {
            return Future.failedFuture(MemberErrors.notMember());
        }
        Optional<TopicPartition> foreign = positions.keySet().stream()
                .filter(each -> !ownership.holds(each))
                .findFirst();
        if (foreign.isPresent()) {
            return Future.failedFuture(MemberErrors.foreign(foreign.get()));
        }
        return positions.isEmpty() ? Future.succeededFuture() : commits.add(positions);
    }

    @Override
    public void released(Collection<TopicPartition> partitions) {
        if (isAlive()) {
            reconciliation.released(partitions);
        }
    }

    @Override
    public Future<Void> leave() {
        return part(Heartbeat.LEAVE, MemberErrors.notMember());
    }

    @Override
    public Future<Void> disconnected() {
        return part(
                identity.instanceId() == null ? Heartbeat.LEAVE : Heartbeat.LEAVE_FOR_A_WHILE,
                MemberErrors.notMember());
    }

    private boolean isAlive() {
        return state == State.JOINING || state == State.MEMBER;
    }

    private void beatSoon() {
        if (underWay) {
            soon = true;
        } else if (isAlive()) {
            beat();
        }
    }

    private void beat() {
        next.cancel();
        underWay = true;
        soon = false;
        Set<PartitionKey> owned = epoch == Heartbeat.JOIN ? Set.of() : tellAll || tellOwned ? ownership.owned() : null;
        tellOwned = false;
        client.heartbeat(new Heartbeat(identity, epoch, tellAll ? subscription : null, owned))
                .onComplete(answer -> thread.run(() -> answered(answer)));
    }

    private void answered(AsyncResult<Heartbeat.Answer> answer) {
        underWay = false;
        if (!isAlive()) {
            quiet.tryComplete();
            return;
        }
        if (answer.failed()) {
            failed(Retries.told(answer.cause()));
            return;
        }
        retries.reset();
        tellAll = false;
        instanceId.joined();
        state = State.MEMBER;
        epoch = answer.result().epoch();
        intervalMs = answer.result().intervalMs();
        reconciliation.assigned(answer.result().assignment());
        if (isAlive() && !underWay) {
            if (soon || tellOwned) {
                beat();
            } else {
                beatIn(intervalMs);
            }
        }
    }

    private void beatIn(long delayMs) {
        next.cancel();
        next = thread.after(delayMs, () -> {
            if (isAlive() && !underWay) {
                beat();
            }
        });
    }

    private void failed(MillraceException failure) {
        tellAll = true;
        switch (failure.code()) {
            case UNKNOWN_MEMBER_ID -> lose(failure);
            case GROUP_ID_NOT_FOUND -> {
                if (epoch == Heartbeat.JOIN) {
                    fail(failure);
                } else {
                    // All its members were taken for dead, and it went with them.
                    lose(new MillraceException(ErrorCode.UNKNOWN_MEMBER_ID, failure.getMessage(), failure));
                }
            }
            case FENCED_MEMBER_EPOCH ->
                lose(new MillraceException(ErrorCode.ILLEGAL_GENERATION, failure.getMessage(), failure));
            case UNRELEASED_INSTANCE_ID -> waitForRelease(failure);
            default -> {
                if (Retries.mayPass(failure.code())) {
                    if (epoch == Heartbeat.JOIN) {
                        instanceId.joinUnanswered();
                    }
                    beatIn(retries.pauseMs());
                } else {
                    fail(failure);
                }
            }
        }
    }

    private void lose(MillraceException why) {
        boolean wasMember = state == State.MEMBER;
        List<TopicPartition> lost = reconciliation.abandon();
        epoch = Heartbeat.JOIN;
        tellOwned = false;
        state = State.JOINING;
        commits.failAll(why);
        if (wasMember && isAlive()) {
            tell(() -> listener.lost(lost, why));
        }
        if (isAlive()) {
            beatIn(retries.pauseMs());
        }
    }

    private void waitForRelease(MillraceException failure) {
        instanceId.refused(this::beatSoon);
        if (instanceId.isOverdue()) {
            fail(failure);
        } else if (instanceId.mayBeOwn()) {
            underWay = true;
            instanceId.giveBackOwn().onComplete(answered -> {
                underWay = false;
                if (isAlive()) {
                    beatIn(retries.pauseMs());
                } else {
                    quiet.tryComplete();
                }
            });
        } else {
            beatIn(retries.pauseMs());
        }
    }

    private void fail(MillraceException why) {
        end(why);
        ended.tryComplete();
        tell(() -> listener.failed(why));
    }

    private void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            log.error("The listener of member {} of group {} failed", identity.memberId(), identity.groupId(), e);
        }
    }

    private void end(MillraceException why) {
        state = State.ENDED;
        next.cancel();
        reconciliation.abandon();
        commits.failAll(why);
    }

    private Future<Void> part(int lastWord, MillraceException why) {
        if (state == State.NEW) {
            end(why);
            ended.tryComplete();
        } else if (isAlive()) {
            state = State.LEAVING;
            next.cancel();
            reconciliation.abandon();
            if (!underWay) {
                quiet.complete();
            }
            long deadlineMs = thread.nowMs() + limits.leaveTimeoutMs();
            Future.join(commits.ended(), quiet.future()).onComplete(done -> {
                end(why);
                Farewell.say(thread, client, new Heartbeat(identity, lastWord, null, null), deadlineMs, limits)
                        .onComplete(ended);
            });
        }
        return ended.future();
    }

    /** What reconciling means for the heartbeats and the listener. */
    private final class Reconciled implements Reconciliation.Outcome {

        @Override
        public int epoch() {
            return epoch;
        }

        @Override
        public void assigned(List<AssignedPartition> partitions) {
            tell(() -> listener.assigned(epoch, partitions));
        }

        @Override
        public void revoked(long deadlineMs, List<TopicPartition> partitions) {
            tell(() -> listener.revoked(epoch, deadlineMs, partitions));
        }

        @Override
        public void changed() {
            tellOwned = true;
            beatSoon();
        }

        @Override
        public void doubtful() {
            beatSoon();
        }

        @Override
        public void failed(MillraceException why) {
            fail(why);
        }
    }
}
