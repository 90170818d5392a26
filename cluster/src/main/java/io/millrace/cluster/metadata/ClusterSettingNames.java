package io.millrace.cluster.metadata;

import java.util.Map;
import java.util.OptionalLong;

/** Settings that are committed once and hold on all nodes, above what their own configuration says. */
public final class ClusterSettingNames {

    /** Bytes in a second that the replicas of one node which catch up, or are being moved to it, take from one leader. */
    public static final String CATCH_UP_BYTES_PER_SECOND = "replication.catch.up.bytes.per.second";

    /** A setting of one node: no replica is placed on it, from whatever controller, also after it was restarted. */
    public static final String DRAINED = "node.drained";

    private ClusterSettingNames() {}

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
