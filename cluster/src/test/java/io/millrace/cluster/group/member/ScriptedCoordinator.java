package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A coordinator whose answers the test gives, one after the other. */
final class ScriptedCoordinator implements CoordinatorClient {

    static final long INTERVAL_MS = 5_000;

    record Beat(Heartbeat request, Promise<Heartbeat.Answer> answer) {

        void ok(int epoch, Collection<TopicPartition> assignment) {
            Set<PartitionKey> keys = null;
            if (assignment != null) {
                keys = new HashSet<>();
                for (TopicPartition each : assignment) {
                    keys.add(PartitionKey.of(each));
                }
            }
            answer.complete(new Heartbeat.Answer(epoch, INTERVAL_MS, keys));
        }

        void refuse(ErrorCode code) {
            answer.fail(new MillraceException(code, "scripted"));
        }
    }

    record Commit(int epoch, Map<TopicPartition, Position> positions, Promise<Map<TopicPartition, ErrorCode>> answer) {

        void ok() {
            refuseEach(ErrorCode.NONE);
        }

        void refuseEach(ErrorCode code) {
            Map<TopicPartition, ErrorCode> codes = new HashMap<>();
            positions.keySet().forEach(each -> codes.put(each, code));
            answer.complete(codes);
        }

        void refuse(ErrorCode code) {
            answer.fail(new MillraceException(code, "scripted"));
        }
    }

    record Fetch(int epoch, Set<TopicPartition> partitions, Promise<Map<TopicPartition, Long>> answer) {

        void ok(Map<TopicPartition, Long> offsets) {
            answer.complete(offsets);
        }

        void refuse(ErrorCode code) {
            answer.fail(new MillraceException(code, "scripted"));
        }
    }

    private final VirtualThread thread;
    private final ArrayDeque<Beat> beats = new ArrayDeque<>();
    private final ArrayDeque<Commit> commits = new ArrayDeque<>();
    private final ArrayDeque<Fetch> fetches = new ArrayDeque<>();

    ScriptedCoordinator(VirtualThread thread) {
        this.thread = thread;
    }

    @Override
    public Future<Heartbeat.Answer> heartbeat(Heartbeat heartbeat) {
        Beat beat = new Beat(heartbeat, Promise.promise());
        beats.add(beat);
        return beat.answer.future();
    }

    @Override
    public Future<Map<TopicPartition, ErrorCode>> commit(
            MemberIdentity member, int epoch, Map<TopicPartition, Position> positions) {
        Commit commit = new Commit(epoch, Map.copyOf(positions), Promise.promise());
        commits.add(commit);
        return commit.answer.future();
    }

    @Override
    public Future<Map<TopicPartition, Long>> committedOffsets(
            MemberIdentity member, int epoch, Collection<TopicPartition> partitions) {
        Fetch fetch = new Fetch(epoch, Set.copyOf(partitions), Promise.promise());
        fetches.add(fetch);
        return fetch.answer.future();
    }

    /** The next heartbeat; it must have been sent. */
    Beat beat() {
        thread.settle();
        return beats.remove();
    }

    Commit commit() {
        thread.settle();
        return commits.remove();
    }

    Fetch fetch() {
        thread.settle();
        return fetches.remove();
    }

    /** Requests that wait for an answer. */
    List<?> unanswered() {
        thread.settle();
        List<Object> all = new ArrayList<>(beats);
        all.addAll(commits);
        all.addAll(fetches);
        return all;
    }
}
