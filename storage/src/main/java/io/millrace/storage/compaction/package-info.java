/**
 * Keeps the newest record of each key: what to compact, what stays, and how the files are exchanged so that a crash at any
 * moment leaves the old segments or the new one.
 *
 * <p>Start at {@link io.millrace.storage.compaction.Compaction}, one compaction of one log. Runs on the cleaner thread, beside
 * appends and reads; {@link io.millrace.storage.compaction.SwapRecovery} runs when a log is opened.
 */
package io.millrace.storage.compaction;
