package io.millrace.cluster.metadata;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;

/** Settings that are committed once and hold on all nodes, above what their own configuration says. */
public final class ClusterSettingNames {

    /** Bytes in a second that the replicas of one node which catch up, or are being moved to it, take from one leader. */
    public static final String CATCH_UP_BYTES_PER_SECOND = "replication.catch.up.bytes.per.second";

    /** A setting of one node: no replica is placed on it, from whatever controller, also after it was restarted. */
    public static final String DRAINED = "node.drained";

    private ClusterSettingNames() {}

    private static final Map<String, ConfigChecks.Check> OF_CLUSTER = Map.of(
            CATCH_UP_BYTES_PER_SECOND,
            ConfigChecks.integer(1, Long.MAX_VALUE),
            TopicConfig.MIN_INSYNC_REPLICAS,
            ConfigChecks.integer(1, Integer.MAX_VALUE));

    private static final Map<String, ConfigChecks.Check> OF_NODE = Map.of(DRAINED, ConfigChecks.oneOf("true", "false"));

    /**
     * Checks changes of settings.
     *
     * @param ofNode whether they are those of one node
     * @param changes null takes a setting away
     * @throws MillraceException INVALID_CONFIG, saying what there is
     */
    public static void validate(boolean ofNode, Map<String, String> changes) {
        Map<String, ConfigChecks.Check> known = ofNode ? OF_NODE : OF_CLUSTER;
        changes.forEach((name, value) -> {
            ConfigChecks.Check check = known.get(name);
            if (check == null) {
                throw new MillraceException(
                        ErrorCode.INVALID_CONFIG,
                        "'" + name + "' cannot be changed while nodes run: it stands in their configuration files. "
                                + (ofNode ? "Of one node " : "Of all nodes ")
                                + String.join(", ", new TreeSet<>(known.keySet()))
                                + " can.");
            }
            String problem = value == null ? null : check.problemOf(value);
            if (problem != null) {
                throw new MillraceException(
                        ErrorCode.INVALID_CONFIG, "'" + name + "' cannot be '" + value + "': it must be " + problem);
            }
        });
    }

    /** The committed rate for catching up; empty while each node has that of its own configuration. */
    public static OptionalLong catchUpBytesPerSecond(Map<String, String> settings) {
        String value = settings.get(CATCH_UP_BYTES_PER_SECOND);
        try {
            return value == null ? OptionalLong.empty() : OptionalLong.of(Math.max(1, Long.parseLong(value)));
        } catch (NumberFormatException e) {
            // Committed by somebody who did not go through our checks: better no limit of this kind than no
            // replication.
            return OptionalLong.empty();
        }
    }
}
