/**
 * Groups of all kinds as the rest of the node sees them: {@link io.millrace.cluster.group.GroupCoordinator} is the door for the protocols,
 * {@link io.millrace.cluster.group.ShareStateCoordinator} the one to what is kept of share groups, {@link
 * io.millrace.cluster.group.GroupsConfig} what can be set for all groups of a node, {@link io.millrace.cluster.group.SingleGroupSettings}
 * for one. Speaks Kafka's messages, which are the contract of groups, and knows
 * nothing of how they are carried out.
 *
 * <p>Called on event loops; nothing blocks.
 */
package io.millrace.cluster.group;
