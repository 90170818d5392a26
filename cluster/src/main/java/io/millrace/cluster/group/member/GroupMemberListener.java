package io.millrace.cluster.group.member;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import java.util.List;

/**
 * What happens to a member of a group. Called on the context on which it joined, one call at a time; must not block. Not called any more after
 * {@link #failed} or after the member was ended.
 */
public interface GroupMemberListener {

    /**
     * The member has got more partitions: they are read from the committed offsets on. The first call says that the member is in the group,
     * and may have none.
     *
     * @param memberEpoch the generation
     * @param partitions those that are new; what it had before it has further on
     */
    void assigned(int memberEpoch, List<AssignedPartition> partitions);

    /**
     * Others are to have some of the partitions. The listener stops to send their records, commits what is finished, and calls {@link
     * GroupMember#released}. What is not released in time is given away nevertheless.
     *
     * @param memberEpoch the generation that ends
     * @param deadlineMs how long it has, from now
     * @param partitions of those that the member has
     */
    void revoked(int memberEpoch, long deadlineMs, List<TopicPartition> partitions);

    /**
     * Others have the partitions already, because the coordinator has taken the member for dead (UNKNOWN_MEMBER_ID) or for late
     * (ILLEGAL_GENERATION). Nothing can be committed for them any more. The member joins again by itself; {@link #assigned} follows, as
     * after a join.
     *
     * @param partitions all that the member had, may be none
     */
    void lost(List<TopicPartition> partitions, MillraceException why);

    /**
     * The member is not in the group and will not be: FENCED_INSTANCE_ID when another one has its instance id, UNRELEASED_INSTANCE_ID when
     * another one keeps it, GROUP_MAX_SIZE_REACHED, INVALID_GROUP_ID, INVALID_REGULAR_EXPRESSION, GROUP_ID_NOT_FOUND when the group is none
     * of consumers, THROTTLING_QUOTA_EXCEEDED when this node has too many members. What it had is lost.
     */
    void failed(MillraceException why);
}
