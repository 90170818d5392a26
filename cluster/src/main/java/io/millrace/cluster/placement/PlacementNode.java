package io.millrace.cluster.placement;

/**
 * A node that can have replicas.
 *
 * @param rack null when it is not told; nodes without a rack are each a rack of their own
 */
public record PlacementNode(int nodeId, String rack) {

    /** What must not fail together with another replica. */
    String failureDomain() {
        return rack != null ? "rack " + rack : "node " + nodeId;
    }
}
