/**
 * Members of consumer groups that live in this node, each on behalf of a connection whose client does not speak Kafka's protocol itself.
 *
 * <p>Start at {@link io.millrace.cluster.group.member.GroupMembers}: what joins there is a member like any other (KIP-848), so its group may
 * have Kafka consumers, of both protocols, and members at other nodes. Callers see no type of Kafka. A member, its timers and the calls of its
 * listener run on the Vert.x context on which it joined; nothing blocks.
 */
package io.millrace.cluster.group.member;
