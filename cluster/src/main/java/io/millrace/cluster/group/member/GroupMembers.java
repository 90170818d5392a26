package io.millrace.cluster.group.member;

/**
 * Makes members of consumer groups in this node, wherever the groups are coordinated.
 *
 * <p>Thread-safe, never blocks.
 */
public interface GroupMembers {

    /**
     * Joins a group. Whether that succeeds is told to the listener: its first call is {@link GroupMemberListener#assigned}, or {@link
     * GroupMemberListener#failed}, but never before this method has returned. Coordinators that move or are not there yet are waited for.
     *
     * <p>An instance id that another connection has, to this node or another, is taken over from it: that one is told FENCED_INSTANCE_ID. One
     * that a Kafka consumer has, or that a node has which does not answer, is waited for, for as long as the coordinator takes to notice that
     * the other one is gone.
     *
     * <p>To be called on a Vert.x context, mostly the event loop of a connection: all calls of the listener and all futures of the member
     * come on it. Another thread gets an event loop for the member.
     */
    GroupMember join(JoinRequest request, GroupMemberListener listener);

    /** How many members there are at this node. */
    int size();
}
