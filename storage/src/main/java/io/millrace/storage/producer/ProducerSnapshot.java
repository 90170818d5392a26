package io.millrace.storage.producer;

import java.util.List;

/**
 * The producers of a log, and its transactions, after all batches below an offset. Immutable.
 *
 * @param offset first offset that is not reflected
 * @param completed transactions that have a marker which may not be below the high watermark yet
 * @param aborted in the order of their markers
 */
public record ProducerSnapshot(
        long offset,
        List<ProducerState> producers,
        List<CompletedTransaction> completed,
        List<AbortedTransaction> aborted) {

    /** Nobody has written. */
    public static ProducerSnapshot empty(long offset) {
        return new ProducerSnapshot(offset, List.of(), List.of(), List.of());
    }
}
