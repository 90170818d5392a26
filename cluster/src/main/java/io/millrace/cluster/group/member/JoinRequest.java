package io.millrace.cluster.group.member;

import java.util.Objects;
import java.util.Set;

/**
 * Who wants to be a member of which group, and for which topics: names, or a pattern for names.
 *
 * @param groupId the group
 * @param instanceId {@code group.instance.id}: a member that comes back with it within the session timeout has its partitions again,
 *     without a rebalance; null for one that is new each time
 * @param clientId what the client calls itself; shown to administrators, may be empty
 * @param clientHost its IP address as text; shown to administrators
 * @param topics names, also of topics that are created later; empty with a pattern
 * @param topicPattern RE2 syntax, to match whole names; null with names. Resolved by the coordinator, which looks for new topics from time to
 *     time
 * @param revocationTimeoutMs how long the listener may take until it has released what was revoked
 */
public record JoinRequest(
        String groupId,
        String instanceId,
        String clientId,
        String clientHost,
        Set<String> topics,
        String topicPattern,
        int revocationTimeoutMs) {

    /** What an interactive client should get along with. */
    public static final int REVOCATION_TIMEOUT_MS = 5_000;

    public JoinRequest {
        Objects.requireNonNull(groupId, "groupId");
        Objects.requireNonNull(clientId, "clientId");
        Objects.requireNonNull(clientHost, "clientHost");
        topics = Set.copyOf(topics);
        if (topics.isEmpty() == (topicPattern == null)) {
            throw new IllegalArgumentException("either topics or a pattern");
        }
        if (revocationTimeoutMs < 0) {
            throw new IllegalArgumentException("revocationTimeoutMs must not be negative");
        }
    }

    /** For topics by name, with the usual time for revocations. */
    public static JoinRequest forTopics(
            String groupId, String instanceId, String clientId, String clientHost, Set<String> topics) {
        return new JoinRequest(groupId, instanceId, clientId, clientHost, topics, null, REVOCATION_TIMEOUT_MS);
    }

    /** For topics whose names match, with the usual time for revocations. */
    public static JoinRequest forPattern(
            String groupId, String instanceId, String clientId, String clientHost, String topicPattern) {
        return new JoinRequest(
                groupId, instanceId, clientId, clientHost, Set.of(), topicPattern, REVOCATION_TIMEOUT_MS);
    }
}
