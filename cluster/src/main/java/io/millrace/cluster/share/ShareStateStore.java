package io.millrace.cluster.share;

import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;

/**
 * Where the states of share-partitions are kept. Thread-safe, never blocks; futures complete on the Vert.x context of the caller when it
 * has one, and fail with {@link io.millrace.cluster.error.MillraceException}: FENCED_LEADER_EPOCH when a newer leader has read it,
 * FENCED_STATE_EPOCH when it was set back meanwhile, GROUP_ID_NOT_FOUND or UNKNOWN_TOPIC_OR_PARTITION when it is gone, or
 * COORDINATOR_NOT_AVAILABLE and the like when nobody could be asked.
 */
public interface ShareStateStore {

    /** Reads a state. From now on leaders of older epochs cannot write it. */
    Future<SavedState> read(String groupId, TopicPartition partition, int leaderEpoch);

    /** Stores a change. Completes when it would survive the death of nodes. */
    Future<Void> write(String groupId, TopicPartition partition, int leaderEpoch, int stateEpoch, StateUpdate update);
}
