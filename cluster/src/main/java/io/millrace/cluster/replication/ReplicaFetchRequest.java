package io.millrace.cluster.replication;

import io.millrace.cluster.session.SessionStep;
import io.millrace.storage.TopicPartition;
import java.util.List;

/**
 * A follower asks a leader for the records after those it has, in all partitions of one lane. In a session it names those only of which
 * it has something else to say than before; for the others it says the same again.
 *
 * <p>A follower asks for more only when everything below the fetch offset is durable here (flush policy {@code group}) or written here
 * ({@code os}). So the fetch offset says how far the leader may count on this replica.
 *
 * @param replicaId node id of the follower
 * @param brokerEpoch of the process that asks; the leader proposes it for the ISR with this epoch only (KIP-903)
 * @param session which session this is a request of
 * @param maxWaitMs how long the leader may wait for {@code minBytes}
 * @param minBytes how much to wait for
 * @param maxBytes bound on all records of the answer; the first batch of the first partition that has some may exceed it
 * @param partitions each at most once
 * @param forgotten partitions that are not asked for any more
 */
public record ReplicaFetchRequest(
        int replicaId,
        long brokerEpoch,
        SessionStep session,
        int maxWaitMs,
        int minBytes,
        int maxBytes,
        List<Entry> partitions,
        List<TopicPartition> forgotten) {

    public ReplicaFetchRequest {
        partitions = List.copyOf(partitions);
        forgotten = List.copyOf(forgotten);
    }

    /** Without a session. */
    public ReplicaFetchRequest(
            int replicaId, long brokerEpoch, int maxWaitMs, int minBytes, int maxBytes, List<Entry> partitions) {
        this(replicaId, brokerEpoch, SessionStep.NONE, maxWaitMs, minBytes, maxBytes, partitions, List.of());
    }

    /**
     * One partition.
     *
     * @param leaderEpoch the epoch under which the follower follows: another one is answered with FENCED_LEADER_EPOCH or
     *     UNKNOWN_LEADER_EPOCH
     * @param fetchOffset the end of the follower's log, all of it durable as its flush policy says
     * @param lastFetchedEpoch the newest leader epoch in the follower's log, -1 when it has none: where the leader's history differs it
     *     answers with where they part (KIP-595)
     * @param logStartOffset of the follower
     * @param maxBytes bound for this partition
     * @param highWatermark the one that the follower knows: the leader answers at once when its own is above it, so that those who read
     *     at the follower need not wait for the next records (KIP-1166); {@link #NOBODY_WAITS} when there are none
     */
    public record Entry(
            TopicPartition partition,
            int leaderEpoch,
            long fetchOffset,
            int lastFetchedEpoch,
            long logStartOffset,
            int maxBytes,
            long highWatermark) {

        /** No high watermark is above it. */
        public static final long NOBODY_WAITS = Long.MAX_VALUE;

        /** As above, where nobody waits for the high watermark. */
        public Entry(
                TopicPartition partition,
                int leaderEpoch,
                long fetchOffset,
                int lastFetchedEpoch,
                long logStartOffset,
                int maxBytes) {
            this(partition, leaderEpoch, fetchOffset, lastFetchedEpoch, logStartOffset, maxBytes, NOBODY_WAITS);
        }
    }
}
