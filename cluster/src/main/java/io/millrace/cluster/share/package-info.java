/**
 * Share groups (KIP-932) at the leaders of partitions: who has which record, for how long, and what became of it. Start at {@link
 * io.millrace.cluster.share.ShareGroups}, the door for the protocol; the rules are those of {@code ShareWindow}, which knows no clock, disk
 * or thread. Where states are kept is behind {@link io.millrace.cluster.share.ShareStateStore}. Nothing of Kafka's is known here.
 *
 * <p>Called on event loops, and by watches on threads of the storage; nothing blocks, and no lock is held over I/O.
 */
package io.millrace.cluster.share;
