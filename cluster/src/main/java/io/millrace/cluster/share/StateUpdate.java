package io.millrace.cluster.share;

import java.util.List;

/**
 * What is to be stored of a change.
 *
 * @param startOffset below it everything is done with
 * @param deliveryCompleteCount offsets above it that are done with: the lag of the group is told by it (KIP-1226)
 * @param batches what has changed
 */
public record StateUpdate(long startOffset, int deliveryCompleteCount, List<StateBatch> batches) {

    public StateUpdate {
        batches = List.copyOf(batches);
    }
}
