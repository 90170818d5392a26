package io.millrace.cluster.placement;

import java.util.List;

/**
 * Spreads replicas and leaderships evenly: no node has more than one replica more than another, and as even a number of partitions to
 * lead as the places of the replicas allow. Replicas of a partition go into different racks where that can be; this counts for more than
 * being even. Copies as little as possible; an even cluster gets an empty plan. Pure.
 */
public final class RebalancePlanner {

    private RebalancePlanner() {}

    /**
     * Makes a plan.
     *
     * @param targets the nodes that are to have replicas; what others have moves away
     * @throws PlacementException when a partition has more replicas than there are targets
     */
    public static Plan plan(List<PlacementNode> targets, List<PlacedPartition> partitions) {
        Placement placement = new Placement(targets, partitions);
        new Evacuation(placement, node -> !placement.nodes().contains(node)).run();
        new ReplicaSpread(placement).run();
        new LeaderSpread(placement, index -> true).run();
        return placement.plan();
    }
}
