/**
 * A log file and its indexes: the part of a log from one base offset to the next.
 *
 * <p>Start at {@link io.millrace.storage.segment.Segment}. Appended to by the log's shard thread, forced at checkpoints by the housekeeping thread, read by
 * any thread.
 */
package io.millrace.storage.segment;
