package io.millrace.cluster.replication;

import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.List;

/** How a leader asks the active controller for another set of in-sync replicas (AlterPartition, KIP-497, KIP-903). */
@FunctionalInterface
public interface IsrCommitter {

    /**
     * Asks once. The future answers what was decided; it fails when the outcome is not known, and then the leader asks again with the
     * same request: a change that was carried out already is answered as such.
     */
    Future<Answer> alter(Proposal proposal);

    /**
     * @param leaderEpoch the epoch under which this node leads
     * @param partitionEpoch the version of the committed state that the change starts from
     * @param isr the wanted set, each with the broker epoch under which it was seen in sync
     * @param recovering stays true until a leader that was elected uncleanly has finished to recover
     */
    record Proposal(
            TopicPartition partition, int leaderEpoch, int partitionEpoch, List<Member> isr, boolean recovering) {

        public Proposal {
            isr = List.copyOf(isr);
        }
    }

    /** A replica and the process life in which it was seen. */
    record Member(int nodeId, long brokerEpoch) {}

    sealed interface Answer {}

    /** The change is committed. */
    record Committed(int leaderEpoch, int partitionEpoch, List<Integer> isr, boolean recovering) implements Answer {}

    /** Refused: this leader or its view of the partition is older than what is committed; the next image will say more. */
    record Stale(String reason) implements Answer {}

    /** Refused: a proposed member may not join now (fenced, stopping, or restarted since it was seen). */
    record Ineligible(String reason) implements Answer {}
}
