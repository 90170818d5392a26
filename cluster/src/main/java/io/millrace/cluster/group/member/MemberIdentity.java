package io.millrace.cluster.group.member;

import java.util.UUID;

/**
 * Who a member is, in each of its requests.
 *
 * @param groupId the group
 * @param memberId unique; made by the member itself (KIP-1082)
 * @param instanceId null for one without
 * @param clientId what administrators see
 * @param clientHost what administrators see: an IP address as text
 */
record MemberIdentity(String groupId, String memberId, String instanceId, String clientId, String clientHost) {

    /** A member that is not in its group yet. */
    static MemberIdentity ofNew(JoinRequest request) {
        return new MemberIdentity(
                request.groupId(),
                UUID.randomUUID().toString(),
                request.instanceId(),
                request.clientId(),
                request.clientHost());
    }
}
