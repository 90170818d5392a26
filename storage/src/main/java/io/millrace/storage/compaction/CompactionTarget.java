package io.millrace.storage.compaction;

import io.millrace.storage.LogException;
import java.io.IOException;

/** The log that is compacted, as far as a {@link Compaction} needs it. */
public interface CompactionTarget {

    /**
     * Called between batches.
     *
     * @throws CompactionAborted when it is not worth going on
     */
    void requireGoingOn();

    /** A segment could not be made durable: this is final, as every failed fsync. Returns what to throw. */
    LogException forceFailed(IOException cause);

    /**
     * The marker of a transaction without records, at an offset, will not be there any more. Called before that comes true, and also when
     * it does not in the end.
     */
    void markerRemoved(long offset);

    /**
     * Puts the segment that was written under the base offset of the group's first into the place of the group. Its files
     * are durable and closed.
     *
     * @throws CompactionAborted when the group is not what it was: nothing was changed
     */
    void replace(SegmentGroup group) throws IOException;
}
