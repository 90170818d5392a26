package io.millrace.cluster.membership;

/** What happened to the members. */
public sealed interface MembershipEvent {

    /** A node is there that was not. */
    record Joined(ClusterMember member) implements MembershipEvent {}

    /** A node tells something else about itself: it has found its cluster. */
    record Changed(ClusterMember member) implements MembershipEvent {}

    /** A node is not heard any more. That is a suspicion: it may be slow, or the network in parts. */
    record Left(ClusterMember member) implements MembershipEvent {}

    /** This node was in a smaller part of a split network and came back: what it published may be lost. */
    record Merged() implements MembershipEvent {}
}
