package io.millrace.cluster.placement;

import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The replicas of all partitions while a plan is made: how many each node has, and what changes. Not thread-safe. */
final class Placement {

    private static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private final Map<Integer, PlacementNode> nodes = new TreeMap<>();
    private final Map<Integer, Integer> replicaCounts = new HashMap<>();
    private final List<PlacedPartition> before;
    private final List<List<Integer>> now = new ArrayList<>();

    /** @param targets the nodes that may get replicas */
    Placement(List<PlacementNode> targets, List<PlacedPartition> partitions) {
        targets.forEach(node -> nodes.put(node.nodeId(), node));
        before = partitions.stream()
                .sorted(Comparator.comparing(PlacedPartition::partition, BY_NAME))
                .toList();
        nodes.keySet().forEach(node -> replicaCounts.put(node, 0));
        for (PlacedPartition partition : before) {
            now.add(new ArrayList<>(partition.replicas()));
            partition.replicas().forEach(node -> replicaCounts.merge(node, 1, Integer::sum));
        }
    }

    /** The nodes that may get replicas, by id. */
    Set<Integer> nodes() {
        return nodes.keySet();
    }

    int size() {
        return before.size();
    }

    /** What a replica of a partition costs to copy. */
    long bytes(int index) {
        return before.get(index).bytes();
    }

    TopicPartition partition(int index) {
        return before.get(index).partition();
    }

    /** The replicas of a partition as planned so far; not to be changed. */
    List<Integer> replicas(int index) {
        return now.get(index);
    }

    boolean isChanged(int index) {
        return !now.get(index).equals(before.get(index).replicas());
    }

    int replicaCount(int node) {
        return replicaCounts.get(node);
    }

    /** How many replicas share their failure domain with another replica of the partition. */
    int clashes(List<Integer> replicas) {
        Set<String> domains = new HashSet<>();
        replicas.forEach(node -> domains.add(domain(node)));
        return replicas.size() - domains.size();
    }

    /** The same with one node in the place of another. */
    int clashesWith(int index, int from, int to) {
        List<Integer> changed = new ArrayList<>(now.get(index));
        changed.set(changed.indexOf(from), to);
        return clashes(changed);
    }

    private String domain(int node) {
        PlacementNode known = nodes.get(node);
        return known != null ? known.failureDomain() : "node " + node;
    }

    /** Puts a node in the place of another, so that the new one leads where the old one was to lead. */
    void replace(int index, int from, int to) {
        List<Integer> replicas = now.get(index);
        replicas.set(replicas.indexOf(from), to);
        replicaCounts.merge(from, -1, Integer::sum);
        replicaCounts.merge(to, 1, Integer::sum);
    }

    /** Makes one of the replicas the preferred leader. */
    void prefer(int index, int node) {
        List<Integer> replicas = now.get(index);
        int position = replicas.indexOf(node);
        replicas.set(position, replicas.get(0));
        replicas.set(0, node);
    }

    /** What has changed since the beginning. */
    Plan plan() {
        List<Move> moves = new ArrayList<>();
        for (int index = 0; index < before.size(); index++) {
            if (isChanged(index)) {
                List<Integer> from = before.get(index).replicas();
                List<Integer> to = now.get(index);
                long added = to.stream().filter(node -> !from.contains(node)).count();
                moves.add(new Move(partition(index), from, to, added * bytes(index)));
            }
        }
        return new Plan(moves);
    }
}
