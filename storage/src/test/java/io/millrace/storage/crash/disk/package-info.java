/**
 * A file system in memory that knows what a crash leaves behind: what the processes see and what is on the disk are two things
 * here, and a seed decides how much of the difference survives.
 *
 * <p>Start at {@link io.millrace.storage.crash.disk.CrashDisk}. Any thread; one lock per disk.
 */
package io.millrace.storage.crash.disk;
