package io.millrace.cluster.group.member;

import io.vertx.core.Future;
import io.vertx.core.Promise;

/** The last word of a member, which is repeated until a coordinator has heard it, but not for ever. On the member's thread. */
final class Farewell {

    private final MemberThread thread;
    private final CoordinatorClient client;
    private final Heartbeat lastWord;
    private final long deadlineMs;
    private final Retries retries;
    private final Promise<Void> said = Promise.promise();

    private Farewell(
            MemberThread thread,
            CoordinatorClient client,
            Heartbeat lastWord,
            long deadlineMs,
            GroupMemberLimits limits) {
        this.thread = thread;
        this.client = client;
        this.lastWord = lastWord;
        this.deadlineMs = deadlineMs;
        this.retries = new Retries(limits);
    }

    /** Completes when the coordinator knows, or could not be told until then; never fails. */
    static Future<Void> say(
            MemberThread thread,
            CoordinatorClient client,
            Heartbeat lastWord,
            long deadlineMs,
            GroupMemberLimits limits) {
        Farewell farewell = new Farewell(thread, client, lastWord, deadlineMs, limits);
        farewell.say();
        return farewell.said.future();
    }

    private void say() {
        client.heartbeat(lastWord)
                .onComplete(answer -> thread.run(() -> {
                    if (answer.succeeded()
                            || !Retries.mayPass(Retries.told(answer.cause()).code())
                            || thread.nowMs() >= deadlineMs) {
                        said.complete();
                    } else {
                        thread.after(retries.pauseMs(), this::say);
                    }
                }));
    }
}
