package io.millrace.cluster.partition;

/** Up to where a consumer may read. */
public enum Isolation {
    /** Below the high watermark. */
    READ_UNCOMMITTED,
    /** Below the last stable offset: nothing of an open transaction. */
    READ_COMMITTED
}
