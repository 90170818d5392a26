package io.millrace.cluster.metadata;

/**
 * The level that a feature of the cluster is to have (KIP-584).
 *
 * @param level 0 takes the feature away
 */
public record FeatureChange(String feature, short level, Direction direction) {

    /** What the change may do. */
    public enum Direction {
        UPGRADE,
        /** Only where nothing is lost by it. */
        SAFE_DOWNGRADE,
        UNSAFE_DOWNGRADE
    }
}
