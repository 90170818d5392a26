package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.vertx.core.AsyncResult;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings what a member has in line with what the coordinator wants it to have: first it gives back, then it takes, with the committed offsets
 * of what it takes. On the member's thread.
 */
final class Reconciliation {

    /** After which a topic that this node has not heard of yet is looked for again. */
    private static final long LOOK_AGAIN_MS = 100;

    /** What follows from that for the member. */
    interface Outcome {

        int epoch();

        /** The first call after a join is made even if there is nothing. */
        void assigned(List<AssignedPartition> partitions);

        void revoked(long deadlineMs, List<TopicPartition> partitions);

        /** The coordinator is to be told what the member has now. */
        void changed();

        /** The coordinator sees the member in another epoch, or not at all. */
        void doubtful();

        void failed(MillraceException why);
    }

    private final MemberThread thread;
    private final CoordinatorClient client;
    private final MemberIdentity member;
    private final Ownership ownership;
    private final CommitQueue commits;
    private final int revocationTimeoutMs;
    private final Outcome outcome;
    private final Retries retries;

    /** Counts the memberships: what belongs to a former one comes too late. */
    private int membership;

    /** Whether the listener knows that the member is in the group. */
    private boolean announced;

    private boolean asking;
    private MemberThread.Timer deadline = () -> {};
    private MemberThread.Timer again = () -> {};

    Reconciliation(
            MemberThread thread,
            CoordinatorClient client,
            MemberIdentity member,
            GroupMemberLimits limits,
            Ownership ownership,
            CommitQueue commits,
            int revocationTimeoutMs,
            Outcome outcome) {
        this.thread = thread;
        this.client = client;
        this.member = member;
        this.ownership = ownership;
        this.commits = commits;
        this.revocationTimeoutMs = revocationTimeoutMs;
        this.outcome = outcome;
        this.retries = new Retries(limits);
    }

    /**
     * A heartbeat was answered.
     *
     * @param assignment null when it is as before
     */
    void assigned(Set<PartitionKey> assignment) {
        if (assignment != null) {
            ownership.target(assignment);
        }
        int current = membership;
        proceed();
        if (current == membership && !announced && !asking) {
            announce(List.of());
        }
    }

    /** The listener has let go of partitions; others get them when their commits have ended. */
    void released(Collection<TopicPartition> partitions) {
        List<TopicPartition> released = ownership.release(partitions);
        if (!released.isEmpty()) {
            int current = membership;
            commits.ended().onComplete(done -> {
                if (current == membership) {
                    giveBack(released);
                }
            });
        }
    }

    /** Forgets everything that the member had; answers it. */
    List<TopicPartition> abandon() {
        membership++;
        announced = false;
        asking = false;
        deadline.cancel();
        again.cancel();
        return ownership.abandon();
    }

    private void proceed() {
        if (ownership.isRevoking() || asking) {
            return;
        }
        again.cancel();
        List<TopicPartition> revoked = ownership.revoke();
        if (!revoked.isEmpty()) {
            deadline = thread.after(revocationTimeoutMs, this::outOfTime);
            outcome.revoked(revocationTimeoutMs, revoked);
            return;
        }
        List<TopicPartition> missing = ownership.missing();
        if (!missing.isEmpty()) {
            ask(missing);
        } else if (ownership.hasUnknownTopics()) {
            proceedIn(LOOK_AGAIN_MS);
        }
    }

    private void proceedIn(long delayMs) {
        again = thread.after(delayMs, this::proceed);
    }

    /** Others wait for it, and the coordinator would take the member for dead: commits that have not ended yet are not waited for. */
    private void outOfTime() {
        List<TopicPartition> all = ownership.revoking();
        ownership.release(all);
        giveBack(all);
    }

    private void giveBack(List<TopicPartition> partitions) {
        ownership.giveBack(partitions);
        if (!ownership.isRevoking()) {
            deadline.cancel();
            outcome.changed();
            proceed();
        }
    }

    private void ask(List<TopicPartition> missing) {
        asking = true;
        int current = membership;
        client.committedOffsets(member, outcome.epoch(), missing)
                .onComplete(answer -> thread.run(() -> {
                    if (current == membership) {
                        asking = false;
                        told(missing, answer);
                    }
                }));
    }

    private void told(List<TopicPartition> missing, AsyncResult<Map<TopicPartition, Long>> answer) {
        if (answer.succeeded()) {
            retries.reset();
            List<TopicPartition> taken = ownership.take(missing);
            if (!taken.isEmpty()) {
                announce(taken.stream()
                        .map(each -> new AssignedPartition(
                                each, answer.result().getOrDefault(each, AssignedPartition.NOTHING_COMMITTED)))
                        .toList());
                outcome.changed();
            }
            proceed();
            return;
        }
        MillraceException failure = Retries.told(answer.cause());
        boolean doubtful = isDoubtful(failure.code());
        if (doubtful) {
            outcome.doubtful();
        }
        if (doubtful || isOfTopic(failure.code()) || Retries.mayPass(failure.code())) {
            proceedIn(retries.pauseMs());
        } else {
            outcome.failed(failure);
        }
    }

    private void announce(List<AssignedPartition> partitions) {
        announced = true;
        outcome.assigned(partitions);
    }

    private static boolean isDoubtful(ErrorCode code) {
        return code == ErrorCode.STALE_MEMBER_EPOCH
                || code == ErrorCode.UNKNOWN_MEMBER_ID
                || code == ErrorCode.GROUP_ID_NOT_FOUND;
    }

    /** The topic is too new or already deleted for the coordinator's node: the next assignment will tell. */
    private static boolean isOfTopic(ErrorCode code) {
        return code == ErrorCode.UNKNOWN_TOPIC_ID || code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }
}
