package io.millrace.cluster.membership;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Numbers that each node tells about itself, such as its open streams, for the dashboard. Old numbers of a node that is gone are not
 * shown.
 *
 * <p>Thread-safe, never blocks.
 */
public final class ClusterFacts {

    /** The name of the map. */
    public static final String MAP = "facts";

    private final Membership membership;
    private final SharedMap map;

    public ClusterFacts(Membership membership) {
        this.membership = membership;
        this.map = membership.map(MAP);
    }

    /** Tells a number of this node; to be called every few seconds, not for each change. */
    public void tell(String name, long value) {
        map.put(membership.self().nodeId() + "/" + name, Long.toString(value));
    }

    /** The numbers of all nodes that are there, by node id and name. */
    public Map<Integer, Map<String, Long>> all() {
        Set<Integer> present =
                membership.members().stream().map(ClusterMember::nodeId).collect(Collectors.toSet());
        Map<Integer, Map<String, Long>> facts = new TreeMap<>();
        map.entries().forEach((key, value) -> {
            int slash = key.indexOf('/');
            try {
                int nodeId = Integer.parseInt(key.substring(0, slash));
                if (present.contains(nodeId)) {
                    facts.computeIfAbsent(nodeId, id -> new TreeMap<>())
                            .put(key.substring(slash + 1), Long.parseLong(value));
                }
            } catch (NumberFormatException | IndexOutOfBoundsException unknown) {
                // Of another version: not for this one.
                return;
            }
        });
        return facts;
    }
}
