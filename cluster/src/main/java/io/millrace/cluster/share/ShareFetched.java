package io.millrace.cluster.share;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a member gets of one partition.
 *
 * @param failure null, or why there is nothing
 * @param records whole batches, in which there may be more than what was acquired
 * @param acquired what it has for itself now
 */
public record ShareFetched(Throwable failure, ByteBuffer records, List<AcquiredRecords> acquired) {

    static final ShareFetched NOTHING = new ShareFetched(null, ByteBuffer.allocate(0), List.of());

    public ShareFetched {
        acquired = List.copyOf(acquired);
    }

    static ShareFetched failed(Throwable why) {
        return new ShareFetched(why, ByteBuffer.allocate(0), List.of());
    }
}
