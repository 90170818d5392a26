package io.millrace.cluster.share;

import java.util.Map;

/**
 * What share groups do with the partitions that this node leads, and did since its start.
 *
 * @param acknowledged records of which members said something that was stored, by what they said
 * @param lockTimeouts records that were taken back because their member had them for too long
 * @param givenUp records that no member is given any more because they were delivered as often as may be
 * @param inFlight records that somebody has, or had and somebody is to get again
 * @param sessions of members that fetch from this node
 * @param sharePartitions groups and partitions that are served: their states are in memory
 */
public record ShareCounts(
        Map<AckType, Long> acknowledged,
        long lockTimeouts,
        long givenUp,
        long inFlight,
        int sessions,
        int sharePartitions) {

    public ShareCounts {
        acknowledged = Map.copyOf(acknowledged);
    }
}
