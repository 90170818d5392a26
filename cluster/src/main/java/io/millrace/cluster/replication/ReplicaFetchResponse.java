package io.millrace.cluster.replication;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.session.SessionStep;
import io.millrace.storage.LogHistory;
import io.millrace.storage.TopicPartition;
import java.util.List;

/**
 * What a leader answers to a {@link ReplicaFetchRequest}.
 *
 * @param <R> what holds records: {@link io.millrace.storage.ReadResult} where they leave the leader's log, {@link
 *     java.nio.ByteBuffer} where they arrive
 * @param error NONE, or why the request as a whole was refused: then the session is over
 * @param sessionId the session that the leader keeps, {@link SessionStep#NO_ID} for none
 * @param partitions of which there is something to say, in no particular order; without a session all that were asked
 */
public record ReplicaFetchResponse<R>(ErrorCode error, int sessionId, List<Entry<R>> partitions) {

    public ReplicaFetchResponse {
        partitions = List.copyOf(partitions);
    }

    /** Without a session. */
    public ReplicaFetchResponse(List<Entry<R>> partitions) {
        this(ErrorCode.NONE, SessionStep.NO_ID, partitions);
    }

    public static <R> ReplicaFetchResponse<R> refused(ErrorCode error) {
        return new ReplicaFetchResponse<>(error, SessionStep.NO_ID, List.of());
    }

    /**
     * One partition.
     *
     * @param outcome records, or why there are none
     * @param highWatermark of the leader, -1 when it is not known or the outcome is {@link Failed}
     * @param logStartOffset of the leader, -1 when it is not known; known when the outcome is OFFSET_OUT_OF_RANGE
     */
    public record Entry<R>(TopicPartition partition, Outcome<R> outcome, long highWatermark, long logStartOffset) {}

    public sealed interface Outcome<R> {}

    /**
     * Whole batches from the fetch offset on; possibly none.
     *
     * @param history what the leader knows of them, for the follower to find out whether offsets and epochs were damaged
     */
    public record Records<R>(R records, LogHistory history) implements Outcome<R> {

        /** Of a leader that does not say what it knows. */
        public Records(R records) {
            this(records, LogHistory.UNKNOWN);
        }
    }

    /**
     * The follower has records that the leader does not have: of the epochs at or below the follower's last one, {@code epoch} is the
     * largest that the leader knows, and it ends at {@code endOffset} there.
     */
    public record Diverging<R>(int epoch, long endOffset) implements Outcome<R> {}

    public record Failed<R>(ErrorCode error) implements Outcome<R> {}
}
