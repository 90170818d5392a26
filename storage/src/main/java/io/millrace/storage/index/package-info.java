/**
 * Finding a place in a segment by offset, by position or by time. Indexes are sparse and are caches: whatever is doubtful about
 * one, it is built anew from the segment.
 *
 * <p>Start at {@link io.millrace.storage.index.OffsetIndex}. Written by the log's shard thread, read by any.
 */
package io.millrace.storage.index;
