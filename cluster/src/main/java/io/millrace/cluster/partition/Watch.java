package io.millrace.cluster.partition;

/** A registration that can be ended. */
@FunctionalInterface
public interface Watch {
    /** Ends it; calling twice does nothing. A call that is already under way may still arrive. */
    void cancel();
}
