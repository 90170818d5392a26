/**
 * What lies in a data directory: one directory per partition, its name, its identity, and the health of the disk under all of
 * them.
 *
 * <p>Start at {@link io.millrace.storage.directory.DataDirectory}. Called when the node starts and on the manager thread;
 * {@link io.millrace.storage.directory.DirectoryHealth} on any thread.
 */
package io.millrace.storage.directory;
