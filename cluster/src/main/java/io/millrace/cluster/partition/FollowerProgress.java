package io.millrace.cluster.partition;

/**
 * What a leader knows of one follower, from its requests under the present leader epoch only. Guarded by the partition's lock.
 */
final class FollowerProgress {

    private static final long UNKNOWN = -1;

    private long brokerEpoch = UNKNOWN;
    private long durableOffset = UNKNOWN;
    private long lastFetchMs;
    private long logEndAtLastFetch = UNKNOWN;
    private long lastCaughtUpMs;

    /** @param nowMs from when on its silence counts */
    FollowerProgress(long nowMs) {
        this.lastFetchMs = nowMs;
        this.lastCaughtUpMs = nowMs;
    }

    /**
     * Notes a request for records from an offset that was found to lie in the leader's log, with the same history.
     *
     * @return false when the request is of an earlier life of that node, and says nothing
     */
    boolean fetched(long fromBrokerEpoch, long fetchOffset, long logEnd, long nowMs) {
        if (fromBrokerEpoch < brokerEpoch) {
            return false;
        }
        brokerEpoch = fromBrokerEpoch;
        durableOffset = fetchOffset;
        if (fetchOffset >= logEnd) {
            lastCaughtUpMs = nowMs;
        } else if (fetchOffset >= logEndAtLastFetch && logEndAtLastFetch != UNKNOWN) {
            // It has everything that was there when it asked the last time.
            lastCaughtUpMs = lastFetchMs;
        }
        logEndAtLastFetch = logEnd;
        lastFetchMs = nowMs;
        return true;
    }

    /** Of the process that asked last, -1 while none has. */
    long brokerEpoch() {
        return brokerEpoch;
    }

    /** Everything below it is durable there, -1 while it is not known. */
    long durableOffset() {
        return durableOffset;
    }

    /** Whether it has been at the leader's log end at some moment of the last {@code lagMaxMs}. */
    boolean isCaughtUp(long logEnd, long nowMs, long lagMaxMs) {
        return durableOffset == logEnd || nowMs - lastCaughtUpMs <= lagMaxMs;
    }
}
