/**
 * Recent batches in memory, so that those who follow the end of a log are answered without a system call.
 *
 * <p>Start at {@link io.millrace.storage.cache.TailCache}. Filled by shard threads, read by any.
 */
package io.millrace.storage.cache;
