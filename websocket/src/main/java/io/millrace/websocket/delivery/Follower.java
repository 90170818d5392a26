package io.millrace.websocket.delivery;

import io.millrace.cluster.error.MillraceException;
import java.util.List;

/** Somebody who is sent the records of one or more partitions. Called only on the event loop of its {@link LoopDelivery}. */
public interface Follower {

    /**
     * New frames of a partition that it follows live, oldest first. It sends what continues the cursor, moves it, and calls
     * {@link LoopDelivery#touch} so that it is flushed; a cursor that cannot go on from these frames {@linkplain Cursor#leave leaves}.
     * The frames are the caller's.
     */
    void deliver(Cursor cursor, List<SharedFrame> frames);

    /** A live cursor {@linkplain Cursor#leave leaves} and goes on from the log: there is another leader, who may not have all it was sent. */
    void fallBehind(Cursor cursor);

    /** A partition cannot be followed any more. */
    void failed(Cursor cursor, MillraceException error);
}
