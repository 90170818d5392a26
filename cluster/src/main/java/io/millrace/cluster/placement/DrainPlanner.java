package io.millrace.cluster.placement;

import java.util.List;

/** Empties a node, and moves nothing else: others get what it has as evenly as can be, in different racks where that can be. Pure. */
public final class DrainPlanner {

    private DrainPlanner() {}

    /**
     * Makes a plan.
     *
     * @param targets the nodes that stay
     * @throws PlacementException when a partition has more replicas than there are nodes left
     */
    public static Plan plan(int drained, List<PlacementNode> targets, List<PlacedPartition> partitions) {
        List<PlacementNode> staying =
                targets.stream().filter(node -> node.nodeId() != drained).toList();
        Placement placement = new Placement(staying, partitions);
        new Evacuation(placement, node -> node == drained).run();
        new LeaderSpread(placement, placement::isChanged).run();
        return placement.plan();
    }
}
