/**
 * Group commit: an fsync that many appends share.
 *
 * <p>Start at {@link io.millrace.storage.flush.GroupCommitter}, which owns the flusher threads.
 */
package io.millrace.storage.flush;
