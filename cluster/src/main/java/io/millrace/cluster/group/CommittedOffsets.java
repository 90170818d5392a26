package io.millrace.cluster.group;

import io.vertx.core.Future;
import java.util.List;

/**
 * How far groups are, asked at any node: for clients that do not know which node coordinates what.
 *
 * <p>Thread-safe, never blocks. Futures complete on the caller's Vert.x context and fail with {@link
 * io.millrace.cluster.error.MillraceException}: COORDINATOR_NOT_AVAILABLE and its like while no node can say.
 */
public interface CommittedOffsets {

    /** What a group has committed, by topic and partition; empty for a group that nobody has heard of. */
    Future<List<CommittedOffset>> of(String groupId);

    /**
     * The next record that a group reads.
     *
     * @param leaderEpoch of the record before it, -1 when that was not said
     * @param metadata what the group noted beside it; may be empty
     */
    record CommittedOffset(String topic, int partition, long offset, int leaderEpoch, String metadata) {}
}
