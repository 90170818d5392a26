package io.millrace.cluster.group;

import java.util.Map;

/**
 * What this node keeps of the states of share groups, and did since its start.
 *
 * @param partitions of {@code __share_group_state}, by what this node does with them: loading, active, failed
 * @param writes of states
 * @param queuedEvents requests and timeouts that wait for a thread
 */
public record ShareStateCounts(Map<String, Long> partitions, long writes, int queuedEvents) {

    /** Of a node that keeps nothing yet. */
    public static final ShareStateCounts NONE = new ShareStateCounts(Map.of(), 0, 0);

    public ShareStateCounts {
        partitions = Map.copyOf(partitions);
    }
}
