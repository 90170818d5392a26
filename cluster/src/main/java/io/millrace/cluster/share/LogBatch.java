package io.millrace.cluster.share;

/**
 * A record batch as it lies in the log.
 *
 * @param deliverable false for what no member sees: transaction markers, and records of aborted transactions
 */
public record LogBatch(long baseOffset, long lastOffset, boolean deliverable) {}
