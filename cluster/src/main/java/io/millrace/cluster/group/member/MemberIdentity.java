package io.millrace.cluster.group.member;

/**
 * Who a member is, in each of its requests.
 *
 * @param groupId the group
 * @param memberId unique; made by the member itself (KIP-1082)
 * @param instanceId null for one without
 * @param clientId what administrators see
 * @param clientHost what administrators see: an IP address as text
 */
record MemberIdentity(String groupId, String memberId, String instanceId, String clientId, String clientHost) {}
