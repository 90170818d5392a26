package io.millrace.cluster.partition;

import io.millrace.cluster.error.MillraceException;

/** What this replica is for its partition under one leader epoch. */
sealed interface Role permits LeaderRole, FollowerRole {

    int leaderEpoch();

    /** The log is durable up to an offset. On the shard or housekeeping thread. */
    void durable(long offset);

    /** Ends it: whoever waits here fails. */
    void close(MillraceException why);
}
