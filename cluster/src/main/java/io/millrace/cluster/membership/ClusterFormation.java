package io.millrace.cluster.membership;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Decides how a node comes to its cluster, so that nodes that start together become one cluster and not two. A node with data always
 * goes back to its own. Nodes without data wait until as many are there as are to vote; then they join the cluster that one of them
 * belongs to, or else the one with the lowest id, and no other, makes a new one.
 *
 * <p>Pure: what it sees are arguments. Times are of one monotonic clock, in milliseconds.
 */
public final class ClusterFormation {

    /**
     * How long the members must have been the same before a new cluster is made: a node with a lower id that comes just then would
     * make another one.
     */
    public static final long SETTLE_MS = 2_000;

    /** What to do now. */
    public sealed interface Decision {}

    /** Look again when something changed, and after a moment; {@code reason} is for the log. */
    public record Wait(String reason) implements Decision {}

    /** Make a new cluster. */
    public record Form() implements Decision {}

    /** Join this cluster. */
    public record Join(String clusterId) implements Decision {}

    /** Stop: waiting does not help. */
    public record Refuse(String message) implements Decision {}

    private final int voters;
    private final long timeLimitMs;
    private final long startedMs;
    private Set<String> lastSeen = Set.of();
    private long unchangedSinceMs;

    /**
     * @param voters how many nodes are to vote on the metadata
     * @param timeLimitMs how long to wait for others
     * @param nowMs the time
     */
    public ClusterFormation(int voters, long timeLimitMs, long nowMs) {
        this.voters = voters;
        this.timeLimitMs = timeLimitMs;
        this.startedMs = nowMs;
        this.unchangedSinceMs = nowMs;
    }

    /** @param members all that are there, with {@code self} */
    public Decision decide(ClusterMember self, List<ClusterMember> members, long nowMs) {
        noteChanges(members, nowMs);
        List<ClusterMember> others = members.stream()
                .filter(each -> !each.processId().equals(self.processId()))
                .toList();
        for (ClusterMember other : others) {
            if (other.nodeId() == self.nodeId()) {
                return new Refuse("Another process, at " + other.peer() + ", has the same node.id " + self.nodeId()
                        + ". Give each node an id of its own; if this is a node that was just restarted, stop the old"
                        + " process first.");
            }
        }
        Set<String> clusters = others.stream()
                .filter(ClusterMember::hasCluster)
                .map(ClusterMember::clusterId)
                .collect(Collectors.toCollection(TreeSet::new));
        if (self.hasCluster()) {
            // With one of its own cluster here, it is the foreign node that is in the wrong place.
            boolean atHome = clusters.isEmpty() || clusters.contains(self.clusterId());
            return atHome ? new Join(self.clusterId()) : new Refuse(foreign(self, others));
        }
        if (clusters.size() > 1) {
            return new Refuse("The nodes that were found belong to different clusters: " + clusters
                    + ". Remove the addresses of the wrong one from cluster.join.");
        }
        if (!clusters.isEmpty()) {
            return new Join(clusters.iterator().next());
        }
        return decideWithoutAnyCluster(self, members, nowMs);
    }

    private Decision decideWithoutAnyCluster(ClusterMember self, List<ClusterMember> members, long nowMs) {
        if (voters == 1) {
            return new Form();
        }
        boolean late = nowMs - startedMs >= timeLimitMs;
        if (members.size() < voters) {
            String found = "found " + members.size() + " of " + voters
                    + " nodes (cluster.voters) that make a new cluster: " + members;
            return late
                    ? new Refuse("After " + timeLimitMs + " ms (cluster.joinTimeoutMs) this node has " + found
                            + ". Start the others, look whether cluster.join names their discovery ports, or set"
                            + " cluster.voters to 1 for a cluster that begins with this node.")
                    : new Wait(found);
        }
        ClusterMember lowest = members.get(0);
        for (ClusterMember each : members) {
            lowest = each.nodeId() < lowest.nodeId() ? each : lowest;
        }
        if (lowest.processId().equals(self.processId())) {
            return nowMs - unchangedSinceMs >= SETTLE_MS
                    ? new Form()
                    : new Wait("the members are still changing: " + members);
        }
        return late
                ? new Refuse("The cluster was to be made by " + lowest + ", which has not done it within " + timeLimitMs
                        + " ms (cluster.joinTimeoutMs). Its log says why. This node makes no second cluster.")
                : new Wait(lowest + " makes the cluster");
    }

    private void noteChanges(List<ClusterMember> members, long nowMs) {
        Set<String> seen = members.stream().map(ClusterMember::processId).collect(Collectors.toSet());
        if (!seen.equals(lastSeen)) {
            lastSeen = seen;
            unchangedSinceMs = nowMs;
        }
    }

    private static String foreign(ClusterMember self, List<ClusterMember> others) {
        ClusterMember first = others.stream()
                .filter(each -> each.hasCluster() && !each.clusterId().equals(self.clusterId()))
                .findFirst()
                .orElseThrow();
        return "This node belongs to cluster " + self.clusterId() + ", but " + first + " belongs to cluster "
                + first.clusterId()
                + ". Two clusters do not become one: correct cluster.join, or start this node with an"
                + " empty node.dataDir to make it a new member of the other cluster.";
    }
}
