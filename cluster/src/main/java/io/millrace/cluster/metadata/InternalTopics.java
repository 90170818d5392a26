package io.millrace.cluster.metadata;

import java.util.Set;

/**
 * The topics in which the nodes keep what they know for clients. Everybody may read them; only their coordinators write to them, and
 * nobody deletes them, because all groups would lose their positions.
 */
public final class InternalTopics {

    /** Groups and their offsets. */
    public static final String CONSUMER_OFFSETS = "__consumer_offsets";

    /** Transactions. */
    public static final String TRANSACTION_STATE = "__transaction_state";

    /** What share groups have delivered. */
    public static final String SHARE_GROUP_STATE = "__share_group_state";

    private static final Set<String> NAMES = Set.of(CONSUMER_OFFSETS, TRANSACTION_STATE, SHARE_GROUP_STATE);

    private InternalTopics() {}

    /** The partition of a group or a transactional id: Kafka's rule, because its library goes by it, too. */
    public static int partitionOf(String key, int partitions) {
        int hash = key.hashCode();
        return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % partitions;
    }

    public static boolean contains(String topic) {
        return NAMES.contains(topic);
    }
}
