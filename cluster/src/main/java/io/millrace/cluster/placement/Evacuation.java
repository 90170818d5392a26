package io.millrace.cluster.placement;

import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Moves replicas away from nodes that are not to have any, each to the node that has fewest and clashes least. */
final class Evacuation {

    private final Placement placement;
    private final IntPredicate leaving;

    /** @param leaving the nodes that are to be empty afterwards; none of the targets of the placement */
    Evacuation(Placement placement, IntPredicate leaving) {
        this.placement = placement;
        this.leaving = leaving;
    }

    /**
     * The largest partitions first, as the small ones fill the gaps that are left.
     *
     * @throws PlacementException when there are too few nodes
     */
    void run() {
        List<Integer> largestFirst = IntStream.range(0, placement.size())
                .boxed()
                .sorted(Comparator.comparingLong(placement::bytes).reversed())
                .toList();
        for (int index : largestFirst) {
            for (int node : List.copyOf(placement.replicas(index))) {
                if (leaving.test(node)) {
                    placement.replace(index, node, newPlace(index, node));
                }
            }
        }
    }

    private int newPlace(int index, int former) {
        List<Integer> replicas = placement.replicas(index);
        return placement.nodes().stream()
                .filter(node -> !replicas.contains(node))
                .min(Comparator.<Integer>comparingInt(node -> placement.clashesWith(index, former, node))
                        .thenComparingInt(placement::replicaCount))
                .orElseThrow(() -> new PlacementException("Partition " + placement.partition(index) + " has "
                        + replicas.size() + " replicas and there are only "
                        + placement.nodes().size() + " nodes for them. Add a node first, or reassign the partition to"
                        + " fewer replicas."));
    }
}
