package io.millrace.cluster.record;

import java.util.List;

/**
 * A record to be appended.
 *
 * @param timestampMs -1 for the time of the append
 * @param key may be null
 * @param value may be null (a tombstone on compacted topics)
 * @param headers in order; empty, not null, when there are none
 */
public record NewRecord(long timestampMs, byte[] key, byte[] value, List<RecordHeader> headers) {}
