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

    private static final Set<String> NAMES = Set.of(CONSUMER_OFFSETS, TRANSACTION_STATE);

    private InternalTopics() {}

    public static boolean contains(String topic) {
        return NAMES.contains(topic);
    }
}
