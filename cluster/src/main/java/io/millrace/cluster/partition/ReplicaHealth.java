package io.millrace.cluster.partition;

import io.millrace.storage.LogOffsets;
import java.util.Collection;

/**
 * How the replicas of this node do at one moment.
 *
 * @param led partitions that this node leads
 * @param underReplicated those of them some of whose replicas are not in sync
 * @param underMinInSync those of them that have fewer in sync than {@code min.insync.replicas} asks for
 * @param offline replicas here that stopped to follow, and partitions with a replica here that nobody leads
 * @param lagMax records that the follower which is farthest behind does not have yet, of the partitions that this node leads
 */
public record ReplicaHealth(int led, int underReplicated, int underMinInSync, int offline, long lagMax) {

    /** With one more partition that is led here. */
    ReplicaHealth withLed(int inSync, int minInSync, Collection<FollowerProgress> followers, LogOffsets log) {
        long lag = lagMax;
        for (FollowerProgress each : followers) {
            lag = Math.max(lag, log.logEndOffset() - Math.max(each.durableOffset(), log.logStartOffset()));
        }
        return new ReplicaHealth(
                led + 1,
                // The leader is in sync, too.
                underReplicated + (inSync < followers.size() + 1 ? 1 : 0),
                underMinInSync + (inSync < minInSync ? 1 : 0),
                offline,
                lag);
    }

    /** With one more replica that is not led here. */
    ReplicaHealth withFollowed(boolean isOffline) {
        return new ReplicaHealth(led, underReplicated, underMinInSync, offline + (isOffline ? 1 : 0), lagMax);
    }
}
