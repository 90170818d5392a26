package io.millrace.cluster.replication;

import io.millrace.cluster.replication.FetchRound.Asked;
import io.millrace.cluster.session.SentSession;
import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas of one lane, and which of them have to be asked what they want before the next request: those that came, that an answer
 * was about, and that have to wait after a failure. All are asked now and then, because what a replica wants may also change on its own.
 *
 * <p>Guarded by its own lock, which is not held while replicas are called; only {@link #ask} is for one thread at a time.
 */
final class LaneMembers {

    /** How a replica does in this lane. */
    private static final class Member {
        private final FollowedReplica replica;
        private int failures;
        private long notBeforeMs;

        Member(FollowedReplica replica) {
            this.replica = replica;
        }
    }

    private static final Logger log = LoggerFactory.getLogger(LaneMembers.class);

    private final ReplicationConfig config;

    // Guarded by this.
    private final Map<TopicPartition, Member> members = new LinkedHashMap<>();
    private final Set<TopicPartition> touched = new LinkedHashSet<>();
    private long askedAllMs = Long.MIN_VALUE;

    LaneMembers(ReplicationConfig config) {
        this.config = config;
    }

    synchronized void add(FollowedReplica replica) {
        members.put(replica.topicPartition(), new Member(replica));
        touched.add(replica.topicPartition());
    }

    synchronized void remove(FollowedReplica replica) {
        Member member = members.get(replica.topicPartition());
        if (member != null && member.replica == replica) {
            members.remove(replica.topicPartition());
            touched.add(replica.topicPartition());
        }
    }

    synchronized void clear() {
        members.clear();
        touched.clear();
    }

    synchronized boolean isEmpty() {
        return members.isEmpty();
    }

    synchronized List<FollowedReplica> all() {
        return members.values().stream().map(member -> member.replica).toList();
    }

    /** Whether it is time to look at all of them. */
    synchronized boolean isAllDue(long nowMs) {
        return askedAllMs == Long.MIN_VALUE || nowMs - askedAllMs >= config.fetchWaitMs();
    }

    /**
     * Has the session hold what the replicas want.
     *
     * @return how long at most until one wants something that has to wait after a failure
     */
    long ask(SentSession<TopicPartition, Asked> session, long nowMs) {
        Map<TopicPartition, Member> candidates = new LinkedHashMap<>();
        synchronized (this) {
            if (isAllDue(nowMs)) {
                askedAllMs = nowMs;
                touched.addAll(members.keySet());
            }
            touched.forEach(key -> candidates.put(key, members.get(key)));
            touched.clear();
        }
        long waitMs = Long.MAX_VALUE;
        List<TopicPartition> later = new ArrayList<>();
        for (Map.Entry<TopicPartition, Member> each : candidates.entrySet()) {
            TopicPartition key = each.getKey();
            Member member = each.getValue();
            if (member == null) {
                session.drop(key);
                continue;
            }
            long leftMs = leftMs(member, nowMs);
            ReplicaFetchRequest.Entry entry = leftMs > 0 ? null : ask(member.replica);
            if (entry != null) {
                session.want(key, new Asked(member.replica, entry));
            } else {
                session.drop(key);
                later.add(key);
                waitMs = leftMs > 0 ? Math.min(waitMs, leftMs) : waitMs;
            }
        }
        synchronized (this) {
            touched.addAll(later);
        }
        return waitMs;
    }

    private synchronized long leftMs(Member member, long nowMs) {
        return member.notBeforeMs - nowMs;
    }

    private ReplicaFetchRequest.Entry ask(FollowedReplica replica) {
        try {
            return replica.ask(config.partitionMaxBytes());
        } catch (RuntimeException e) {
            log.atWarn()
                    .addKeyValue("partition", replica.topicPartition())
                    .log("A replica cannot say what it wants, the others go on: {}", e.toString());
            return null;
        }
    }

    /** What became of an answer for a replica. */
    synchronized void outcome(FollowedReplica replica, boolean succeeded, long nowMs) {
        Member member = members.get(replica.topicPartition());
        if (member == null || member.replica != replica) {
            return;
        }
        touched.add(replica.topicPartition());
        if (succeeded) {
            member.failures = 0;
        } else {
            member.failures++;
            member.notBeforeMs = nowMs + config.backoffMs(member.failures);
        }
    }
}
