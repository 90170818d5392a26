package io.millrace.storage;

/**
 * What became of an append that was written.
 *
 * @param baseOffset offset of the first record
 * @param lastOffset offset of the last record; durable once {@link LogOffsets#durableOffset()} is above it
 * @param logAppendTimeMs the time that was put in the records, or -1 when they keep their own
 * @param logStartOffset the log start offset at that moment
 * @param duplicate true when an idempotent producer had sent this batch before: nothing was written and the offsets are
 *     those of the first time
 */
public record AppendResult(
        long baseOffset, long lastOffset, long logAppendTimeMs, long logStartOffset, boolean duplicate) {}
