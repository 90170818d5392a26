package io.millrace.cluster.share;

import io.millrace.storage.TopicPartition;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a member of a share group fetches from this node, so that its requests name only what changes, and how far its requests are: one that
 * is repeated, or lost, is found out. Guarded by {@link ShareSessions}.
 */
public final class ShareSession {

    private final String groupId;
    private final String memberId;
    private final Set<TopicPartition> partitions = new LinkedHashSet<>();
    private int nextEpoch = 1;

    ShareSession(String groupId, String memberId) {
        this.groupId = groupId;
        this.memberId = memberId;
    }

    public String groupId() {
        return groupId;
    }

    public String memberId() {
        return memberId;
    }

    int nextEpoch() {
        return nextEpoch;
    }

    void step() {
        nextEpoch = nextEpoch == Integer.MAX_VALUE ? 1 : nextEpoch + 1;
    }

    void change(Collection<TopicPartition> added, Collection<TopicPartition> forgotten) {
        partitions.addAll(added);
        partitions.removeAll(forgotten);
    }

    List<TopicPartition> partitions() {
        return List.copyOf(partitions);
    }
}
