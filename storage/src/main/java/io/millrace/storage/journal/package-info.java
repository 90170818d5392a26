/**
 * The write-ahead journals of a data directory: what makes appends durable with one disk write for all partitions of a shard.
 * Segment files are written through the page cache and forced at checkpoints; until then, the journal is what survives a power
 * cut.
 *
 * <p>Start at {@link io.millrace.storage.journal.Journal}. Each shard thread writes its own journal; {@link
 * io.millrace.storage.journal.JournalReader} reads all of them at a start after a crash, before anything is served.
 */
package io.millrace.storage.journal;
