package io.millrace.cluster.share;

import io.millrace.storage.TopicPartition;
import java.util.List;

/**
 * A member wants records.
 *
 * @param partitions of which it wants them, those first that are to be looked at first
 * @param maxWaitMs how long to wait for {@code minBytes}
 * @param minBytes how much to wait for
 * @param maxBytes bound on the answer; the first batch of each partition may exceed it
 * @param maxRecords bound on the records; the last batch may exceed it
 * @param strictly whether it may not
 */
public record ShareFetchCommand(
        String groupId,
        String memberId,
        List<TopicPartition> partitions,
        int maxWaitMs,
        int minBytes,
        int maxBytes,
        int maxRecords,
        boolean strictly) {

    public ShareFetchCommand {
        partitions = List.copyOf(partitions);
    }
}
