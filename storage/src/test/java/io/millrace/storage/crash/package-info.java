/**
 * What the storage promises, tried at every moment at which a machine can die: the seeded crash suites.
 *
 * <p>Start at {@link io.millrace.storage.crash.CrashAtEveryOperationTest}, which reads as the list of promises; {@link
 * io.millrace.storage.crash.LogModel} says what is checked after each crash, and {@link
 * io.millrace.storage.crash.disk.CrashDisk} what a crash does.
 */
package io.millrace.storage.crash;
