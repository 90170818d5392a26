package io.millrace.cluster.group.member;

import io.millrace.storage.TopicPartition;
import java.util.Objects;

/**
 * A partition that a member has got.
 *
 * @param partition the partition
 * @param committedOffset the position from which the group goes on, or {@link #NOTHING_COMMITTED}
 */
public record AssignedPartition(TopicPartition partition, long committedOffset) {

    /** The group has no position in the partition: where to begin is up to the client. */
    public static final long NOTHING_COMMITTED = -1;

    public AssignedPartition {
        Objects.requireNonNull(partition, "partition");
    }
}
