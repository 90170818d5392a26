package io.millrace.cluster.partition;

import io.millrace.storage.TopicPartition;
import java.util.List;

/**
 * A read of several partitions that may wait for data.
 *
 * @param partitions each at most once; answered in this order
 * @param maxWaitMs how long to wait for {@code minBytes}; 0 answers at once
 * @param minBytes how much data to wait for
 * @param maxBytes bound on the whole answer; the first batch of the first partition that has data may exceed it
 * @param isolation up to where to read
 * @param clientRack where the client is, so that followers there may answer and leaders elsewhere send it to them (KIP-392); empty when it
 *     does not say; null when only leaders are to answer
 */
public record FetchCommand(
        List<FetchPartition> partitions,
        int maxWaitMs,
        int minBytes,
        int maxBytes,
        Isolation isolation,
        String clientRack) {

    /** Of leaders. */
    public FetchCommand(
            List<FetchPartition> partitions, int maxWaitMs, int minBytes, int maxBytes, Isolation isolation) {
        this(partitions, maxWaitMs, minBytes, maxBytes, isolation, null);
    }

    public FetchCommand {
        partitions = List.copyOf(partitions);
    }

    /**
     * One partition of a fetch.
     *
     * @param offset the first offset wanted
     * @param maxBytes bound for this partition
     * @param currentLeaderEpoch the epoch that the client knows, -1 when it does not say: an older one is answered with
     *     FENCED_LEADER_EPOCH, a newer one with UNKNOWN_LEADER_EPOCH
     */
    public record FetchPartition(TopicPartition partition, long offset, int maxBytes, int currentLeaderEpoch) {}
}
