package io.millrace.cluster.share;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The sessions of the members that fetch from this node, up to a limit. Thread-safe. */
final class ShareSessions {

    /** Opens a session. */
    static final int INITIAL_EPOCH = 0;

    /** Ends one. */
    static final int FINAL_EPOCH = -1;

    private final int max;
    private final Map<String, Map<String, ShareSession>> byGroup = new HashMap<>();
    private int size;

    ShareSessions(int max) {
        this.max = max;
    }

    /**
     * The session of a request that fetches.
     *
     * @throws MillraceException SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH, SHARE_SESSION_LIMIT_REACHED
     */
    synchronized ShareSession fetching(
            String groupId,
            String memberId,
            int epoch,
            Collection<TopicPartition> added,
            Collection<TopicPartition> forgotten) {
        ShareSession session = epoch == INITIAL_EPOCH ? open(groupId, memberId) : step(groupId, memberId, epoch);
        if (epoch != FINAL_EPOCH) {
            session.change(added, forgotten);
        }
        return session;
    }

    /** The session of a request that only acknowledges; fails as {@link #fetching}. */
    synchronized ShareSession acknowledging(String groupId, String memberId, int epoch) {
        if (epoch == INITIAL_EPOCH) {
            throw new MillraceException(
                    ErrorCode.INVALID_SHARE_SESSION_EPOCH,
                    "An acknowledgement does not open a share session: fetch first");
        }
        return step(groupId, memberId, epoch);
    }

    private ShareSession open(String groupId, String memberId) {
        Map<String, ShareSession> group = byGroup.get(groupId);
        boolean replaces = group != null && group.containsKey(memberId);
        if (!replaces && size >= max) {
            throw new MillraceException(
                    ErrorCode.SHARE_SESSION_LIMIT_REACHED,
                    "This node has " + max + " share sessions (shareGroups.maxSessions): try again later");
        }
        ShareSession session = new ShareSession(groupId, memberId);
        byGroup.computeIfAbsent(groupId, id -> new HashMap<>()).put(memberId, session);
        size += replaces ? 0 : 1;
        return session;
    }

    private ShareSession step(String groupId, String memberId, int epoch) {
        ShareSession session = byGroup.getOrDefault(groupId, Map.of()).get(memberId);
        if (session == null) {
            throw new MillraceException(
                    ErrorCode.SHARE_SESSION_NOT_FOUND, "Member " + memberId + " has no share session here: open one");
        }
        if (epoch == FINAL_EPOCH) {
            return session;
        }
        if (epoch != session.nextEpoch()) {
            throw new MillraceException(
                    ErrorCode.INVALID_SHARE_SESSION_EPOCH,
                    "The share session of member " + memberId + " is at epoch " + session.nextEpoch() + ", not " + epoch
                            + ": open another");
        }
        session.step();
        return session;
    }

    synchronized int size() {
        return size;
    }

    synchronized List<TopicPartition> partitionsOf(ShareSession session) {
        return session.partitions();
    }

    /** Ends a session; true when it was the last of its group. Another one that the member has opened stays. */
    synchronized boolean close(ShareSession session) {
        Map<String, ShareSession> group = byGroup.get(session.groupId());
        if (group == null || !group.remove(session.memberId(), session)) {
            return false;
        }
        size--;
        if (group.isEmpty()) {
            byGroup.remove(session.groupId());
        }
        return group.isEmpty();
    }

    synchronized boolean isPresent(ShareSession session) {
        return byGroup.getOrDefault(session.groupId(), Map.of()).get(session.memberId()) == session;
    }
}
