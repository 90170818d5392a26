package io.millrace.cluster.placement;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Evens out how many partitions nodes lead when each is led by its preferred replica. That copies nothing: only the order of replicas
 * changes.
 *
 * <p>A node gives a leadership to another replica, that one gives one of its own further, and so on, until one is reached that leads at
 * least two fewer than the first. When there is no such path no order of replicas is more even (semi-matching, Harvey et al. 2006).
 */
final class LeaderSpread {

    private final Placement placement;
    private final IntPredicate movable;
    private final Map<Integer, Integer> leaders = new HashMap<>();

    /** @param movable which partitions may get another preferred leader */
    LeaderSpread(Placement placement, IntPredicate movable) {
        this.placement = placement;
        this.movable = movable;
        placement.nodes().forEach(node -> leaders.put(node, 0));
        for (int index = 0; index < placement.size(); index++) {
            leaders.merge(placement.replicas(index).get(0), 1, Integer::sum);
        }
    }

    void run() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int node : placement.nodes()) {
                changed |= relieve(node);
            }
        }
    }

    /** A leadership that can go from one node to another. */
    private record Handover(int index, int from, int to) {}

    private boolean relieve(int loaded) {
        Map<Integer, Handover> reachedBy = new HashMap<>();
        Deque<Integer> open = new ArrayDeque<>();
        reachedBy.put(loaded, null);
        open.add(loaded);
        while (!open.isEmpty()) {
            int node = open.remove();
            if (leaders.get(node) <= leaders.get(loaded) - 2) {
                handOver(reachedBy, node);
                return true;
            }
            for (int index = 0; index < placement.size(); index++) {
                if (placement.replicas(index).get(0) == node && movable.test(index)) {
                    for (int to : placement.replicas(index)) {
                        if (placement.nodes().contains(to) && !reachedBy.containsKey(to)) {
                            reachedBy.put(to, new Handover(index, node, to));
                            open.add(to);
                        }
                    }
                }
            }
        }
        return false;
    }

    private void handOver(Map<Integer, Handover> reachedBy, int last) {
        for (Handover step = reachedBy.get(last); step != null; step = reachedBy.get(step.from())) {
            placement.prefer(step.index(), step.to());
            leaders.merge(step.from(), -1, Integer::sum);
            leaders.merge(step.to(), 1, Integer::sum);
        }
    }
}
