package io.millrace.cluster.group;

/**
 * What a coordinator of groups, or of the states of share groups, tells whoever measures it, in milliseconds. Called on its threads:
 * implementations must be thread-safe and quick.
 */
public interface GroupTimes {

    /** Measures nothing. */
    GroupTimes NONE = new GroupTimes() {};

    /** A request or a timeout waited so long for a thread. */
    default void queued(long ms) {}

    /** A thread worked so long on one. */
    default void processed(long ms) {}

    /** A batch of what was decided took so long to be written. */
    default void written(long ms) {}

    /** What was decided waited so long for the replicas; the answer waits with it. */
    default void replicated(long ms) {}

    /** A partition of the coordinator's topic was read in so long: its groups were not served in that time. */
    default void loaded(long ms) {}
}
