package io.millrace.cluster.replication;

/**
 * How replicas follow their leaders.
 *
 * @param lanes connections to each leader over which its partitions are spread; one more serves replicas that catch up
 * @param replicaLagTimeMaxMs a follower that was not at the leader's log end for this long leaves the in-sync replicas ({@code
 *     replica.lag.time.max.ms})
 * @param fetchWaitMs how long a leader may hold a request for which it has no records; also how late a partition that moved to another
 *     leader may join a lane there
 * @param fetchWaitIdleMs the same where nothing was written for a while
 * @param fetchMaxBytes bound on one answer
 * @param partitionMaxBytes bound on the part of one partition in it
 * @param catchUpBytesPerSecond what replicas that catch up may take from one leader, so that live traffic keeps its latency
 * @param backoffMinMs wait after the first failure in a row
 * @param backoffMaxMs longest wait after failures
 */
public record ReplicationConfig(
        int lanes,
        long replicaLagTimeMaxMs,
        int fetchWaitMs,
        int fetchWaitIdleMs,
        int fetchMaxBytes,
        int partitionMaxBytes,
        long catchUpBytesPerSecond,
        long backoffMinMs,
        long backoffMaxMs) {

    public ReplicationConfig {
        if (lanes < 1) {
            throw new IllegalArgumentException("lanes must be at least 1: " + lanes);
        }
        if (catchUpBytesPerSecond < 1) {
            throw new IllegalArgumentException("catchUpBytesPerSecond must be at least 1: " + catchUpBytesPerSecond);
        }
    }

    public static ReplicationConfig defaults() {
        return new ReplicationConfig(3, 10_000, 100, 500, 8 << 20, 1 << 20, 64 << 20, 20, 1_000);
    }

    /**
     * These settings with what users choose.
     *
     * @param catchUp bytes per second, 0 for as fast as it goes
     */
    public ReplicationConfig with(long lagTimeMaxMs, long catchUp) {
        return new ReplicationConfig(
                lanes,
                lagTimeMaxMs,
                fetchWaitMs,
                fetchWaitIdleMs,
                fetchMaxBytes,
                partitionMaxBytes,
                catchUp == 0 ? Long.MAX_VALUE : catchUp,
                backoffMinMs,
                backoffMaxMs);
    }

    /** The lane of replicas that catch up. */
    public int catchUpLane() {
        return lanes;
    }

    /** The wait after a number of failures in a row. */
    public long backoffMs(int failures) {
        int doublings = Math.min(Math.max(0, failures - 1), 20);
        return Math.min(backoffMaxMs, backoffMinMs << doublings);
    }
}
