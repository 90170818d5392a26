package io.millrace.cluster.group;

import java.util.List;
import java.util.Map;

/**
 * What this node coordinates of groups, and did since its start.
 *
 * @param groups how many there are of each protocol and state; counted once a minute
 * @param offsets how many are stored
 * @param offsetCommits offsets that were committed
 * @param offsetExpirations offsets that were forgotten because nobody was in their group for too long
 * @param offsetDeletions offsets that an administrator had deleted
 * @param rebalances how often groups were rebalanced, by protocol
 * @param partitions of {@code __consumer_offsets}, by what this node does with them: loading, active, failed
 * @param queuedEvents requests and timeouts that wait for a thread
 */
public record GroupCounts(
        List<Groups> groups,
        long offsets,
        long offsetCommits,
        long offsetExpirations,
        long offsetDeletions,
        Map<String, Long> rebalances,
        Map<String, Long> partitions,
        int queuedEvents) {

    /** Of a node that coordinates nothing yet. */
    public static final GroupCounts NONE = new GroupCounts(List.of(), 0, 0, 0, 0, Map.of(), Map.of(), 0);

    /**
     * Groups that are alike.
     *
     * @param protocol classic, consumer, share or streams
     * @param state Kafka's name, Stable for instance
     */
    public record Groups(String protocol, String state, long count) {}

    public GroupCounts {
        groups = List.copyOf(groups);
        rebalances = Map.copyOf(rebalances);
        partitions = Map.copyOf(partitions);
    }
}
