/**
 * Where the work of the storage runs. Start at {@link io.millrace.storage.thread.StorageThreads}: in a node they are threads of their
 * own, in a simulation the one thread that plays all nodes. Nothing else in this module starts a thread, except the scrubber.
 */
package io.millrace.storage.thread;
