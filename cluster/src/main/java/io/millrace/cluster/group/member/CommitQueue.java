package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * The commits of one member, one request at a time and in their order: a later one never is overtaken by an older one that is tried again.
 * What comes meanwhile goes together with the next request. On the member's thread.
 */
final class CommitQueue {

    private record Commit(Map<TopicPartition, Position> positions, long deadlineMs, Promise<Void> done) {}

    private final MemberThread thread;
    private final CoordinatorClient client;
    private final MemberIdentity member;
    private final GroupMemberLimits limits;
    private final IntSupplier epoch;
    private final Runnable doubtful;
    private final Retries retries;

    private List<Commit> underWay = List.of();
    private List<Commit> waiting = new ArrayList<>();

    /**
     * @param epoch the member's present epoch
     * @param doubtful called when the coordinator sees the member in another epoch, or not at all: it should ask
     */
    CommitQueue(
            MemberThread thread,
            CoordinatorClient client,
            MemberIdentity member,
            GroupMemberLimits limits,
            IntSupplier epoch,
            Runnable doubtful) {
        this.thread = thread;
        this.client = client;
        this.member = member;
        this.limits = limits;
        this.epoch = epoch;
        this.doubtful = doubtful;
        this.retries = new Retries(limits);
    }

    Future<Void> add(Map<TopicPartition, Position> positions) {
        if (waiting.size() >= limits.pendingCommitsMax()) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.THROTTLING_QUOTA_EXCEEDED,
                    limits.pendingCommitsMax() + " commits of this member wait already: wait for the answers"
                            + " before you commit again"));
        }
        Commit commit = new Commit(Map.copyOf(positions), thread.nowMs() + limits.commitTimeoutMs(), Promise.promise());
        waiting.add(commit);
        sendWaiting();
        return commit.done.future();
    }

    /** Completes when every commit that was given until now has ended, in whatever way. */
    Future<Void> ended() {
        List<Future<Void>> all = Stream.concat(underWay.stream(), waiting.stream())
                .map(each -> each.done.future())
                .toList();
        return all.isEmpty()
                ? Future.succeededFuture()
                : Future.join(all).<Void>mapEmpty().otherwiseEmpty();
    }

    /** Ends all of them; what is under way may still be stored. */
    void failAll(MillraceException why) {
        List<Commit> all = new ArrayList<>(underWay);
        all.addAll(waiting);
        underWay = List.of();
        waiting = new ArrayList<>();
        all.forEach(each -> each.done.tryFail(why));
    }

    private void sendWaiting() {
        if (underWay.isEmpty() && !waiting.isEmpty()) {
            underWay = waiting;
            waiting = new ArrayList<>();
            retries.reset();
            send();
        }
    }

    private void send() {
        List<Commit> sent = underWay;
        Map<TopicPartition, Position> positions = new HashMap<>();
        sent.forEach(each -> positions.putAll(each.positions));
        client.commit(member, epoch.getAsInt(), positions)
                .onComplete(answer -> thread.run(() -> {
                    if (underWay == sent) {
                        answered(answer);
                    }
                }));
    }

    private void answered(AsyncResult<Map<TopicPartition, ErrorCode>> answer) {
        List<Commit> again = new ArrayList<>();
        List<Runnable> ends = new ArrayList<>();
        for (Commit each : underWay) {
            MillraceException error =
                    answer.succeeded() ? firstError(each, answer.result()) : Retries.told(answer.cause());
            if (error == null) {
                ends.add(() -> each.done.tryComplete());
            } else if (!isWorthAnother(error.code())) {
                ends.add(() -> each.done.tryFail(error));
            } else if (thread.nowMs() >= each.deadlineMs) {
                ends.add(() -> each.done.tryFail(outOfTime(error)));
            } else {
                again.add(each);
            }
            if (error != null && isDoubtful(error.code())) {
                doubtful.run();
            }
        }
        underWay = again;
        // Only now: whoever hears of an end may commit again.
        ends.forEach(Runnable::run);
        if (!again.isEmpty() && underWay == again) {
            thread.after(retries.pauseMs(), () -> {
                if (underWay == again) {
                    send();
                }
            });
        } else {
            sendWaiting();
        }
    }

    private static MillraceException firstError(Commit commit, Map<TopicPartition, ErrorCode> codes) {
        for (TopicPartition partition : commit.positions.keySet()) {
            ErrorCode answered = codes.getOrDefault(partition, ErrorCode.UNKNOWN_SERVER_ERROR);
            // A group of which all members are taken for dead may be gone, too.
            ErrorCode code = answered == ErrorCode.GROUP_ID_NOT_FOUND ? ErrorCode.UNKNOWN_MEMBER_ID : answered;
            if (code != ErrorCode.NONE) {
                return new MillraceException(
                        code, "The position of " + partition + " was not committed: the coordinator answered " + code);
            }
        }
        return null;
    }

    private static MillraceException outOfTime(MillraceException last) {
        return new MillraceException(
                ErrorCode.REQUEST_TIMED_OUT,
                "The coordinator of the group could not store the positions in time, or it is not known whether it did;"
                        + " they may be committed again (" + last.getMessage() + ")",
                last);
    }

    /** An epoch that is out of date is followed by a heartbeat that brings the new one. */
    private static boolean isWorthAnother(ErrorCode code) {
        return code == ErrorCode.STALE_MEMBER_EPOCH || Retries.mayPass(code);
    }

    private static boolean isDoubtful(ErrorCode code) {
        return code == ErrorCode.STALE_MEMBER_EPOCH || code == ErrorCode.UNKNOWN_MEMBER_ID;
    }
}
