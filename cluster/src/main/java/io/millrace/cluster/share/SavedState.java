package io.millrace.cluster.share;

import java.util.List;

/**
 * The stored state of a share-partition.
 *
 * @param stateEpoch goes up when an administrator sets the group back
 * @param startOffset where the group is, {@link #NOT_STARTED} before it was anywhere
 * @param batches states above that
 */
public record SavedState(int stateEpoch, long startOffset, List<StateBatch> batches) {

    public static final long NOT_STARTED = -1;

    public SavedState {
        batches = List.copyOf(batches);
    }
}
