package io.millrace.cluster.group.member;

import java.util.Set;

/**
 * What a member says to its coordinator (KIP-848).
 *
 * @param member who it is
 * @param epoch its epoch, or one of the constants
 * @param subscription what it wants; null when the coordinator knows that already
 * @param owned what it has; null when that is as before
 */
record Heartbeat(MemberIdentity member, int epoch, Subscription subscription, Set<PartitionKey> owned) {

    static final int JOIN = 0;

    static final int LEAVE = -1;

    /** The member has an instance id and will be back. */
    static final int LEAVE_FOR_A_WHILE = -2;

    /**
     * @param topics names; empty with a pattern
     * @param topicPattern null with names
     * @param rebalanceTimeoutMs how long the coordinator waits for the member to give back partitions
     */
    record Subscription(Set<String> topics, String topicPattern, int rebalanceTimeoutMs) {}

    /**
     * What the coordinator says to that.
     *
     * @param epoch the member's epoch from now on
     * @param intervalMs when it wants to hear of the member again
     * @param assignment what the member is to have; null when that is as before
     */
    record Answer(int epoch, long intervalMs, Set<PartitionKey> assignment) {}
}
