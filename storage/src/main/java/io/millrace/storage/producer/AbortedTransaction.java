package io.millrace.storage.producer;

/**
 * A transaction that was taken back.
 *
 * @param producerId who wrote it
 * @param firstOffset of its first batch
 * @param lastOffset of its abort marker
 * @param stableOffset below it everything was decided when the marker came: no transaction that is aborted later begins below it
 */
public record AbortedTransaction(long producerId, long firstOffset, long lastOffset, long stableOffset) {}
