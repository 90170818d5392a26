package io.millrace.cluster.partition;

/**
 * What a leader knows of one follower, from its requests under the present leader epoch only. Guarded by the partition's lock.
 */
final class FollowerProgress {

    private static final long UNKNOWN = -1;

    /** Who told of it: a partition of a fetch session. As long as it says nothing else, each request of the session says it again. */
    interface Source {

        /** When the last request of the session came, as long as this was in it; monotonic milliseconds. */
        long lastHeardMs();

        /** Another one tells now. */
        void displaced();
    }

    private long brokerEpoch = UNKNOWN;
    private long durableOffset = UNKNOWN;
    private long lastFetchMs;
    private long logEndAtLastFetch = UNKNOWN;
    private long lastCaughtUpMs;
    private Source source;

    /** Whether it was found at the log's end, and the log has not grown since. */
    private boolean waiting;

    /** @param nowMs from when on its silence counts */
    FollowerProgress(long nowMs) {
        this.lastFetchMs = nowMs;
        this.lastCaughtUpMs = nowMs;
    }

    /**
     * Notes a request for records from an offset that was found to lie in the leader's log, with the same history.
     *
     * @param from who tells
     * @return false when the request is of an earlier life of that node, and says nothing
     */
    boolean fetched(long fromBrokerEpoch, long fetchOffset, long logEnd, long nowMs, Source from) {
        if (fromBrokerEpoch < brokerEpoch) {
            return false;
        }
        // What the former source has earned by waiting.
        lastCaughtUpMs = lastCaughtUpMs();
        brokerEpoch = fromBrokerEpoch;
        durableOffset = fetchOffset;
        if (fetchOffset >= logEnd) {
            lastCaughtUpMs = nowMs;
        } else if (fetchOffset >= logEndAtLastFetch && logEndAtLastFetch != UNKNOWN) {
            // It has everything that was there when it asked the last time.
            lastCaughtUpMs = Math.max(lastCaughtUpMs, lastFetchMs);
        }
        source = from;
        waiting = false;
        logEndAtLastFetch = logEnd;
        lastFetchMs = nowMs;
        return true;
    }

    /** Who told last, null while nobody has. */
    Source source() {
        return source;
    }

    /** The log ends where the follower waits. */
    void waits(Source who) {
        waiting |= who == source;
    }

    /** The log has grown, or something else moved: until the last request the follower was at its end. */
    void outgrown(Source who) {
        if (waiting && who == source) {
            lastCaughtUpMs = lastCaughtUpMs();
            waiting = false;
        }
    }

    private long lastCaughtUpMs() {
        return waiting ? Math.max(lastCaughtUpMs, source.lastHeardMs()) : lastCaughtUpMs;
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
        return durableOffset == logEnd || nowMs - lastCaughtUpMs() <= lagMaxMs;
    }
}
