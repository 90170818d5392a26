package io.millrace.storage;

import io.millrace.storage.batch.RecordTimestamps;
import io.millrace.storage.compaction.BatchRewriter;
import io.millrace.storage.file.Disk;
import io.millrace.storage.log.LogRegistry;
import io.millrace.storage.scrub.ScrubReport;
import io.millrace.storage.thread.StorageThreads;
import java.io.IOException;
import java.time.Clock;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * All logs of a data directory: opens, recovers, creates, deletes and closes them, and owns the shard and
 * housekeeping threads.
 *
 * <p>Thread-safe.
 */
public final class LogManager implements AutoCloseable {

    private final LogRegistry registry;

    private LogManager(LogRegistry registry) {
        this.registry = registry;
    }

    /**
     * Locks the directory, recovers every log in it (in parallel) and starts the threads. Blocks until all logs are readable.
     *
     * @throws IOException when the directory cannot be created, locked, read or written; the message tells the user what to do
     */
    public static LogManager open(StorageConfig config, Clock clock, StorageMetrics metrics) throws IOException {
        return open(config, clock, metrics, RecordTimestamps.UNCOMPRESSED);
    }

    /** As above, with somebody who can look into compressed batches, so that lookups by time are precise for them too. */
    public static LogManager open(
            StorageConfig config, Clock clock, StorageMetrics metrics, RecordTimestamps recordTimestamps)
            throws IOException {
        return open(config, clock, metrics, recordTimestamps, Disk.local());
    }

    /** As above, on another disk: for tests that make it fail. */
    public static LogManager open(
            StorageConfig config, Clock clock, StorageMetrics metrics, RecordTimestamps recordTimestamps, Disk disk)
            throws IOException {
        return open(config, clock, metrics, recordTimestamps, BatchRewriter.NONE, disk);
    }

    /** As above, with somebody who can take records out of batches; without, no log is compacted. */
    public static LogManager open(
            StorageConfig config,
            Clock clock,
            StorageMetrics metrics,
            RecordTimestamps recordTimestamps,
            BatchRewriter batchRewriter,
            Disk disk)
            throws IOException {
        return open(config, clock, metrics, recordTimestamps, batchRewriter, disk, StorageThreads.own());
    }

    /** As above, on other threads: for simulations that decide what runs when. */
    public static LogManager open(
            StorageConfig config,
            Clock clock,
            StorageMetrics metrics,
            RecordTimestamps recordTimestamps,
            BatchRewriter batchRewriter,
            Disk disk,
            StorageThreads threads)
            throws IOException {
        return new LogManager(LogRegistry.open(config, clock, metrics, recordTimestamps, batchRewriter, disk, threads));
    }

    /** The log of a partition, if it is here. */
    public Optional<PartitionLog> log(TopicPartition partition) {
        return registry.log(partition);
    }

    /** All open logs. */
    public Collection<PartitionLog> logs() {
        return registry.logs();
    }

    /**
     * Creates an empty log, or returns the one that is there, which takes over the settings. Durable when the stage completes;
     * blocks no caller. Fails with an {@link IllegalStateException} when the name belongs to a topic with another id that was
     * not deleted.
     */
    public CompletionStage<PartitionLog> create(TopicPartition partition, LogConfig config) {
        return registry.create(partition, config);
    }

    /**
     * Deletes a log: it refuses everything from now on, its directory is renamed at once (durable when the stage completes)
     * and its files are removed later. Nothing happens when it is not there.
     */
    public CompletionStage<Void> delete(TopicPartition partition) {
        return registry.delete(partition);
    }

    /**
     * Writes down now how much of each log need not be looked at after a crash; otherwise that is done at intervals. Completes
     * on the housekeeping thread; a failure is logged, and the next start looks at more.
     */
    public CompletionStage<Void> checkpoint() {
        return registry.checkpoint();
    }

    /**
     * Writes recovery points and looks for logs to compact now, instead of at the next interval. Completes on the cleaner
     * thread when none is left that should be.
     */
    public CompletionStage<Void> compact() {
        return registry.compact();
    }

    /** From now on so many bytes of the disk are left free for logs that may use its reserve, however small the configured one is. */
    public void leaveAlone(long bytes) {
        registry.leaveAlone(bytes);
    }

    /** Whether appends are possible: false once the directory is offline. */
    public boolean isOnline() {
        return registry.isOnline();
    }

    /**
     * Calls the listener once when the directory goes offline, at once if it is: nothing that waits for the durable offset to
     * move will see it move. Runs on the thread that found out, must return at once.
     */
    public void onOffline(Consumer<LogException.DirectoryOffline> listener) {
        registry.onOffline(listener);
    }

    /** What reading old segments again has found; empty as long as the disks keep what they were given. */
    public ScrubReport scrubReport() {
        return registry.scrubReport();
    }

    /** Flushes everything, writes snapshots, checkpoints and the clean-shutdown marker, and releases the directory. Blocks. */
    @Override
    public void close() {
        registry.close();
    }
}
