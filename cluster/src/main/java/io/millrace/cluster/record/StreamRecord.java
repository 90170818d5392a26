package io.millrace.cluster.record;

import java.util.List;

/**
 * A record as it lies in a partition.
 *
 * @param offset its offset
 * @param timestampMs its timestamp
 * @param key may be null
 * @param value may be null
 * @param headers in order
 */
public record StreamRecord(long offset, long timestampMs, byte[] key, byte[] value, List<RecordHeader> headers) {}
