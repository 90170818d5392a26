package io.millrace.cluster.membership;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;

/** The nodes that can be heard, as far as this node knows. Thread-safe; reading never blocks. */
public interface Membership {

    /** This node. */
    ClusterMember self();

    /** All nodes, with this one, in the order of their ids. Two with the same id are possible: that is a mistake of the operator. */
    List<ClusterMember> members();

    /** Adds a listener; it is called on one thread at a time and must return at once. Read {@link #members()} after adding it. */
    void listen(Consumer<MembershipEvent> listener);

    /** Tells the others which cluster this node belongs to, once its data directory is formatted. */
    void announceCluster(String clusterId);

    /** A map that all nodes see, sooner or later; see {@link SharedMap} for how little it promises. */
    SharedMap map(String name);

    /** Leaves, so that the others need not suspect anything. Never fails; has a time limit of its own. */
    Future<Void> leave();
}
