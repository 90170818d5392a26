package io.millrace.cluster.group.member;

/**
 * What bounds the members of a node, and their patience.
 *
 * @param membersMax members at one node
 * @param pendingCommitsMax commits of one member that wait behind the one that is under way
 * @param commitTimeoutMs how long a commit is tried
 * @param leaveTimeoutMs how long it is tried to tell the coordinator that a member leaves
 * @param releaseWaitMs how long an instance id that another member has is waited for; beyond the session timeout, after which the coordinator
 *     takes a member for dead
 * @param retryMinMs the pause after a coordinator did not answer as it should; doubles each time
 * @param retryMaxMs the longest pause
 */
public record GroupMemberLimits(
        int membersMax,
        int pendingCommitsMax,
        long commitTimeoutMs,
        long leaveTimeoutMs,
        long releaseWaitMs,
        long retryMinMs,
        long retryMaxMs) {

    public GroupMemberLimits {
        if (membersMax < 0 || pendingCommitsMax < 1 || retryMinMs < 1 || retryMaxMs < retryMinMs) {
            throw new IllegalArgumentException("a limit is too small");
        }
    }

    public static GroupMemberLimits defaults() {
        return new GroupMemberLimits(10_000, 64, 30_000, 5_000, 60_000, 50, 1_000);
    }
}
