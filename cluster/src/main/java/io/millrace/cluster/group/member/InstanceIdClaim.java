package io.millrace.cluster.group.member;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/**
 * How a member comes to its instance id (KIP-345) when the coordinator says that a member has it: another one, which is asked to give it
 * back and waited for, or this one itself. On the member's thread.
 */
final class InstanceIdClaim {

    private final MemberThread thread;
    private final CoordinatorClient client;
    private final MemberIdentity identity;
    private final GroupMemberLimits limits;
    private final Supplier<Future<Void>> releaseElsewhere;

    /** Whether a request to join may have been heard although its answer did not come: then it is this member that has its instance id. */
    private boolean mayHaveJoined;

    /** Until when the id is waited for; 0 while it is not. */
    private long waitUntilMs;

    /** @param releaseElsewhere asks other nodes to give the id back; completes when they have, or have not */
    InstanceIdClaim(
            MemberThread thread,
            CoordinatorClient client,
            MemberIdentity identity,
            GroupMemberLimits limits,
            Supplier<Future<Void>> releaseElsewhere) {
        this.thread = thread;
        this.client = client;
        this.identity = identity;
        this.limits = limits;
        this.releaseElsewhere = releaseElsewhere;
    }

    /** The member is in its group: whoever had the id has it no more. */
    void joined() {
        mayHaveJoined = false;
        waitUntilMs = 0;
    }

    /** A request to join was not answered. */
    void joinUnanswered() {
        mayHaveJoined = true;
    }

    /**
     * Somebody has the id. Whoever had it may be gone without a word, or at another node that has not noticed yet: that is asked, once.
     *
     * @param asked called when others have answered
     */
    void refused(Runnable asked) {
        if (waitUntilMs == 0) {
            waitUntilMs = thread.nowMs() + limits.releaseWaitMs();
            releaseElsewhere.get().onComplete(done -> thread.run(asked));
        }
    }

    /** Whether it was waited for long enough. */
    boolean isOverdue() {
        return thread.nowMs() >= waitUntilMs;
    }

    /** Whether it may be this member that has it. */
    boolean mayBeOwn() {
        return mayHaveJoined;
    }

    /**
     * A coordinator takes no second join for an instance id, not even of the member that has it: until the session timeout it would wait for
     * heartbeats of an epoch that this member never heard of. It gives the id back, and joins again. If another member has it, this is refused.
     * Completes, on the member's thread, whatever the answer is.
     */
    Future<Void> giveBackOwn() {
        Promise<Void> answered = Promise.promise();
        client.heartbeat(new Heartbeat(identity, Heartbeat.LEAVE_FOR_A_WHILE, null, null))
                .onComplete(answer -> thread.run(() -> {
                    mayHaveJoined = answer.failed()
                            && Retries.mayPass(Retries.told(answer.cause()).code());
                    answered.complete();
                }));
        return answered.future();
    }
}
