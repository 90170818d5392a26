package io.millrace.cluster.group.member;

import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.Map;

/**
 * A member of a consumer group. It says to the coordinator that it lives for as long as it is not ended, by {@link #leave}, {@link
 * #disconnected} or {@link GroupMemberListener#failed}.
 *
 * <p>To be called on the context on which it joined. Never blocks.
 */
public interface GroupMember {

    /** What administrators see it as; never changes. */
    String memberId();

    /** The generation: grows with each rebalance in which the member takes part; 0 until it is in the group. */
    int memberEpoch();

    /**
     * Stores positions of partitions that the member has, or that were revoked and are not released yet. Commits take effect in the order of
     * the calls; those that come while one is under way are stored together.
     *
     * <p>Fails with ILLEGAL_GENERATION, without storing any of them, when the member does not have one of the partitions; UNKNOWN_MEMBER_ID when it is not in the
     * group (any more); THROTTLING_QUOTA_EXCEEDED when too many commits wait; OFFSET_METADATA_TOO_LARGE; REQUEST_TIMED_OUT when the
     * coordinator could not be asked for long: then it is not known whether the positions are stored, and to commit them again does no harm.
     */
    Future<Void> commit(Map<TopicPartition, Position> positions);

    /**
     * Gives back partitions that {@link GroupMemberListener#revoked} named: nothing more is sent of them, and what is to be committed was
     * given to {@link #commit}, whose end is waited for before others get the partitions. Others are ignored.
     */
    void released(Collection<TopicPartition> partitions);

    /**
     * Leaves the group for good: others get the partitions at once, also those of a member with an instance id. Commits that are under way are
     * ended first. Completes when the coordinator knows, or could not be told in time; never fails. The listener is not called any more.
     */
    Future<Void> leave();

    /**
     * As {@link #leave}, for a client that may come back: a member with an instance id keeps its partitions until the session timeout has
     * passed. One without leaves.
     */
    Future<Void> disconnected();
}
