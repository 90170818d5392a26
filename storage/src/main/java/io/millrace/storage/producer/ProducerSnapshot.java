package io.millrace.storage.producer;

import java.util.List;

/**
 * The producers of a log after all batches below an offset. Immutable.
 *
 * @param offset first offset that is not reflected
 */
public record ProducerSnapshot(long offset, List<ProducerState> producers) {

    /** Nobody has written. */
    public static ProducerSnapshot empty(long offset) {
        return new ProducerSnapshot(offset, List.of());
    }
}
