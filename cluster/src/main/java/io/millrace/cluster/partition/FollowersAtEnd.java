package io.millrace.cluster.partition;

import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The followers that have everything of a leader's log, and wait in their fetch sessions until it grows or something else moves that they
 * must see. Thread-safe; listeners run without a lock.
 */
final class FollowersAtEnd {

    private final OffsetWatchers watchers = new OffsetWatchers();
    private final Object lock;
    private final Map<Integer, FollowerProgress> followers;
    private final InSyncReplicas inSync;
    private final LongSupplier end;

    /** That followers were told to look at. */
    private volatile long knownLogStart;

    /**
     * @param lock of the partition, which guards followers and in-sync replicas
     * @param end of the log, and above all offsets when the reign is over
     */
    FollowersAtEnd(Object lock, Map<Integer, FollowerProgress> followers, InSyncReplicas inSync, LongSupplier end) {
        this.lock = lock;
        this.followers = followers;
        this.inSync = inSync;
        this.end = end;
    }

    /** The log ends there now. */
    void grown(long offset) {
        watchers.tell(offset);
    }

    /** Something that followers must see has changed, and the log has not grown. */
    void lookAgain() {
        watchers.tellAll();
    }

    /** The log begins there. */
    void logStartAt(long offset) {
        if (offset > knownLogStart) {
            knownLogStart = offset;
            lookAgain();
        }
    }

    /** Whether a follower is in sync, and what is known of it is from this source: then it need not tell again. */
    boolean isSettled(int replica, FollowerProgress.Source source) {
        synchronized (lock) {
            FollowerProgress progress = followers.get(replica);
            return progress != null
                    && progress.source() == source
                    && inSync.committed().contains(replica);
        }
    }

    /** Calls the listener once when the log grows beyond where a follower waits, and whenever else it has to look again. */
    Watch watch(int replica, FollowerProgress.Source source, long position, Runnable listener) {
        synchronized (lock) {
            FollowerProgress progress = followers.get(replica);
            if (progress != null) {
                progress.waits(source);
            }
        }
        return watchers.watchOnce(
                position,
                () -> {
                    outgrown(replica, source);
                    listener.run();
                },
                end);
    }

    private void outgrown(int replica, FollowerProgress.Source source) {
        synchronized (lock) {
            FollowerProgress progress = followers.get(replica);
            if (progress != null) {
                progress.outgrown(source);
            }
        }
    }
}
