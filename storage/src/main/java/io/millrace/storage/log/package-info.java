/**
 * The log of one partition: append, read, roll, truncate, recover.
 *
 * <p>Start at {@link io.millrace.storage.log.SegmentedLog}, which is thin: {@link
 * io.millrace.storage.log.AppendAdmission} checks and queues, {@link io.millrace.storage.log.LogAppender} writes,
 * {@link io.millrace.storage.log.LogReader} reads, and so on. All changes of a log run on its {@link
 * io.millrace.storage.log.LogShard}, so they need no locks; {@link io.millrace.storage.log.LogState} is what readers and
 * flushers see of them.
 */
package io.millrace.storage.log;
