package io.millrace.cluster.routing;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.idempotence.OnceOutcome;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.partition.PartitionService.EpochEnd;
import io.millrace.storage.AppendResult;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Asks other nodes on behalf of this node's clients.
 *
 * <p>Thread-safe, never blocks. Futures complete on the caller's Vert.x context and fail with {@link
 * io.millrace.cluster.error.MillraceException}: LEADER_NOT_AVAILABLE when a node did not answer and nothing was changed.
 */
public interface LeaderClient {

    /** In place of a time: the end of what consumers may read. */
    long LATEST = -1;

    /** In place of a time: the log start. */
    long EARLIEST = -2;

    /** In place of a time: the record with the largest one. */
    long MAX_TIMESTAMP = -3;

    /**
     * Appends at a node. Fails with {@link io.millrace.cluster.error.OutcomeUnknownException}, or the code of an error whose outcome is
     * unknown, when the records may have been stored.
     */
    Future<AppendResult> append(int node, AppendCommand command);

    /** As {@link #append}, of records with a mark; see {@link io.millrace.cluster.partition.OnceAppender}. */
    Future<List<OnceOutcome>> appendOnce(int node, AppendCommand command);

    /** Reads below the last stable offset, without what was aborted; answers each partition in the order of the request. */
    Future<List<Fetched>> fetch(int node, Fetch request);

    /** Finds offsets by time, or by {@link #LATEST} and its like; answers each partition in the order of the request. */
    Future<List<Found>> find(int node, List<Known> partitions, long timestampMs);

    /** See {@link io.millrace.cluster.partition.PartitionService#endOfEpoch}. */
    Future<EpochEnd> endOfEpoch(int node, Known known, int leaderEpoch);

    /** A partition and the epoch of the leader that is asked: another leader refuses. */
    record Known(TopicPartition partition, int leaderEpoch) {}

    /**
     * A read.
     *
     * @param partitions from where on
     * @param maxWaitMs how long to wait for a record
     * @param maxBytes bound on the answer; the first batch may exceed it
     */
    record Fetch(List<From> partitions, int maxWaitMs, int maxBytes) {
        public Fetch {
            partitions = List.copyOf(partitions);
        }
    }

    /** One partition of a read. */
    record From(Known known, long offset, int maxBytes) {}

    /**
     * The answer for a partition.
     *
     * @param highWatermark of the leader, as those see it who read what is committed: its last stable offset; -1 when it is not known; also known when the offset is out of range
     * @param logStartOffset as above
     * @param records whole batches; belong to the receiver
     */
    record Fetched(ErrorCode error, long highWatermark, long logStartOffset, ByteBuffer records) {}

    /** The answer for a partition; the offset is -1 when there is none. */
    record Found(ErrorCode error, long offset, long timestampMs, int leaderEpoch) {}
}
