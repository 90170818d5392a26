package io.millrace.cluster.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Evens out how many replicas nodes have, with as few copies as possible, and of those that help equally the smallest.
 *
 * <p>Each step takes a replica from a node that has at least two more than the one which gets it, so the sum of squares of the counts
 * falls and it ends. As long as there is such a pair of nodes, the fuller one has a partition that the other has not; only racks can
 * forbid to move it, and then nodes stay uneven rather than that two replicas come into one rack.
 */
final class ReplicaSpread {

    private final Placement placement;

    ReplicaSpread(Placement placement) {
        this.placement = placement;
    }

    private record Step(int index, int from, int to, long bytes) {}

    void run() {
        separateRacks();
        for (Step step = next(); step != null; step = next()) {
            placement.replace(step.index(), step.from(), step.to());
        }
    }

    /** Two replicas in one rack fail together: that is mended even where the counts are even. */
    private void separateRacks() {
        for (int index = 0; index < placement.size(); index++) {
            for (Step step = separating(index); step != null; step = separating(index)) {
                placement.replace(index, step.from(), step.to());
            }
        }
    }

    private Step separating(int index) {
        int clashes = placement.clashes(placement.replicas(index));
        if (clashes == 0) {
            return null;
        }
        Step best = null;
        for (int from : placement.replicas(index)) {
            for (int to : placement.nodes()) {
                if (!placement.replicas(index).contains(to)
                        && placement.clashesWith(index, from, to) < clashes
                        && (best == null || gain(from, to) > gain(best.from(), best.to()))) {
                    best = new Step(index, from, to, placement.bytes(index));
                }
            }
        }
        return best;
    }

    private int gain(int from, int to) {
        return placement.replicaCount(from) - placement.replicaCount(to);
    }

    /** The cheapest step between the fullest and the emptiest nodes between which there is one. */
    private Step next() {
        for (List<int[]> pairs : pairsByGain()) {
            Step cheapest = pairs.stream()
                    .map(pair -> cheapest(pair[0], pair[1]))
                    .filter(Objects::nonNull)
                    .min(Comparator.comparingLong(Step::bytes))
                    .orElse(null);
            if (cheapest != null) {
                return cheapest;
            }
        }
        return null;
    }

    private List<List<int[]>> pairsByGain() {
        TreeMap<Integer, List<int[]>> byGain = new TreeMap<>(Comparator.reverseOrder());
        for (int from : placement.nodes()) {
            for (int to : placement.nodes()) {
                if (gain(from, to) >= 2) {
                    byGain.computeIfAbsent(gain(from, to), gain -> new ArrayList<>())
                            .add(new int[] {from, to});
                }
            }
        }
        return List.copyOf(byGain.values());
    }

    private Step cheapest(int from, int to) {
        Step best = null;
        for (int index = 0; index < placement.size(); index++) {
            List<Integer> replicas = placement.replicas(index);
            if (replicas.contains(from)
                    && !replicas.contains(to)
                    && placement.clashesWith(index, from, to) <= placement.clashes(replicas)
                    && (best == null || placement.bytes(index) < best.bytes())) {
                best = new Step(index, from, to, placement.bytes(index));
            }
        }
        return best;
    }
}
