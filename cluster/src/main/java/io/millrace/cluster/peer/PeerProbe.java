package io.millrace.cluster.peer;

import io.vertx.core.Future;

/** A quick look whether anybody listens at an address. */
@FunctionalInterface
public interface PeerProbe {

    /** What was found. */
    enum Result {
        /** A connection was made: the process is there, though it may be paused. */
        ALIVE,
        /** The machine answered that nobody listens: the process is gone. */
        REFUSED,
        /** Nothing was heard in time, or there is no way to the address: proves nothing. */
        NO_ANSWER
    }

    /** Looks once. Never blocks, never fails; completes on the caller's Vert.x context if it has one. */
    Future<Result> probe(PeerAddress address);
}
