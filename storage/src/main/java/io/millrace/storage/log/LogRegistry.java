package io.millrace.storage.log;

import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.RecordTimestamps;
import io.millrace.storage.cache.TailCache;
import io.millrace.storage.checkpoint.CleanShutdownMarker;
import io.millrace.storage.checkpoint.RecoveryPoints;
import io.millrace.storage.compaction.BatchRewriter;
import io.millrace.storage.directory.DataDirectory;
import io.millrace.storage.directory.DirectoryHealth;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFailure;
import io.millrace.storage.file.OpenFiles;
import io.millrace.storage.journal.JournalDirectory;
import io.millrace.storage.journal.JournalReader;
import io.millrace.storage.scrub.ScrubReport;
import io.millrace.storage.scrub.Scrubber;
import io.millrace.storage.thread.StorageThreads;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open logs of a data directory and the threads under them. Creations and deletions of one name run one after the other
 * ({@link ManagerThreads}), so that a topic that is deleted and made again under its old name finds the name free.
 */
public final class LogRegistry implements AutoCloseable {

    /**
     * Files kept open, two descriptors each at most, far below the usual limit of a process. Segments that are not forced yet are in
     * use: when there are more of them, a checkpoint is due.
     */
    private static final int OPEN_FILES_MAX = 500;

    static final String LOCK_FILE = ".lock";
    private static final Logger log = LoggerFactory.getLogger(LogRegistry.class);

    private final DataDirectory directory;
    private final LogServices services;
    private final LogShards shards;
    private final RecoveryPoints points;
    private final Closeable lock;
    private final ManagerThreads managers;
    private final Housekeeper housekeeper;
    private final LogCleaner cleaner;
    private final Map<TopicPartition, SegmentedLog> logs = new ConcurrentHashMap<>();

    /** Deleted while the journal could not be told: only on a full disk. */
    private final Set<TopicPartition> notForgotten = ConcurrentHashMap.newKeySet();

    private final Scrubber scrubber;
    private boolean closed;

    private LogRegistry(DataDirectory directory, LogServices services, Closeable lock, Housekeeper housekeeper) {
        this.directory = directory;
        this.services = services;
        this.lock = lock;
        this.housekeeper = housekeeper;
        this.managers = new ManagerThreads(services.health(), services.threads());
        this.shards = new LogShards(services);
        this.points = new RecoveryPoints(services.disk(), directory.path());
        this.cleaner = new LogCleaner(services, logs.values());
        this.scrubber = new Scrubber(
                services.config().scrub(),
                services.metrics(),
                () -> logs.values().stream().map(SegmentedLog::scrubTarget).toList());
    }

    /** See {@link io.millrace.storage.LogManager#open}. */
    public static LogRegistry open(
            StorageConfig config,
            Clock clock,
            StorageMetrics metrics,
            RecordTimestamps recordTimestamps,
            BatchRewriter batchRewriter,
            Disk disk,
            StorageThreads threads)
            throws IOException {
        Path path = config.directory();
        DataDirectory.make(disk, path);
        Closeable lock = disk.lock(path.resolve(LOCK_FILE));
        try {
            DataDirectory directory = new DataDirectory(disk, path);
            DataDirectory.Content content = directory.scan();
            Housekeeper housekeeper = new Housekeeper(threads.worker("millrace-housekeeper"));
            LogServices services = new LogServices(
                    config,
                    disk,
                    new OpenFiles(disk, OPEN_FILES_MAX, housekeeper::askForCheckpoint),
                    new DirectoryHealth(disk, path, config.reserveBytes(), clock, metrics),
                    new TailCache(config.tailCacheBytes()),
                    recordTimestamps,
                    batchRewriter,
                    metrics,
                    clock,
                    housekeeper,
                    threads);
            LogRegistry registry = new LogRegistry(directory, services, lock, housekeeper);
            try {
                registry.recover(content);
            } catch (IOException | RuntimeException e) {
                registry.stopThreads();
                throw e;
            }
            return registry;
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private void recover(DataDirectory.Content content) throws IOException {
        long began = System.nanoTime();
        DirectoryRecovery recovery = new DirectoryRecovery(services, directory, shards, points);
        for (SegmentedLog opened : recovery.open(content.partitions())) {
            logs.put(opened.topicPartition(), opened);
            // Also the directory, when files were made in it.
            opened.flush();
        }
        requireForced();
        services.files().closeUnused();
        for (Path leftover : content.leftovers()) {
            housekeeper.execute(() -> remove(leftover));
        }
        Checkpointer checkpointer = new Checkpointer(services, points, logs.values(), shards.journals());
        beginJournals(checkpointer, recovery);
        recovery.lossIsTaken();
        housekeeper.start(checkpointer, services.config().checkpointIntervalMs());
        scrubber.start();
        if (services.batchRewriter() != BatchRewriter.NONE) {
            cleaner.start();
        }
        sayOpened(recovery.wasStoppedCleanly(), recovery.wasUsedBefore(), (System.nanoTime() - began) / 1_000_000);
    }

    private void sayOpened(boolean clean, boolean usedBefore, long ms) {
        if (clean || usedBefore || !logs.isEmpty()) {
            String stop = clean ? "a clean stop" : "a stop that was not clean";
            log.info("Opened {} logs in {} after {} in {} ms", logs.size(), directory.path(), stop, ms);
        } else {
            log.info("Begun with an empty data directory, {}, in {} ms", directory.path(), ms);
        }
    }

    private void requireForced() throws IOException {
        try {
            services.health().requireOnline();
        } catch (LogException.DirectoryOffline e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Once the recovery points are written, the old journals are not needed: only then new ones are begun. */
    private void beginJournals(Checkpointer checkpointer, DirectoryRecovery recovery) throws IOException {
        try {
            checkpointer.writeRecoveryPoints();
            shards.openJournals(recovery.journalDirectory(), recovery.run(), housekeeper);
        } catch (IOException e) {
            if (!DiskFailure.isDiskFull(e)) {
                throw e;
            }
            // Not a reason to serve nobody. What was recovered is forced, and the old journals stay for the next start.
            log.error(
                    "The disk of {} is full: reads are served, and appends as soon as there is space, but without journals"
                            + " and therefore slower. Free some space, then restart the node.",
                    directory.path(),
                    e);
        }
    }

    public Optional<PartitionLog> log(TopicPartition partition) {
        return Optional.ofNullable(logs.get(partition));
    }

    public Collection<PartitionLog> logs() {
        return Collections.unmodifiableCollection(logs.values());
    }

    /** See {@link io.millrace.storage.LogManager#checkpoint}. */
    public CompletionStage<Void> checkpoint() {
        return housekeeper.checkpoint();
    }

    /** See {@link io.millrace.storage.LogManager#compact}. */
    public CompletionStage<Void> compact() {
        return housekeeper.checkpoint().thenCompose(done -> cleaner.run());
    }

    /** See {@link io.millrace.storage.LogManager#leaveAlone}. */
    public void leaveAlone(long bytes) {
        services.health().leaveAlone(bytes);
    }

    public boolean isOnline() {
        return services.health().isOnline();
    }

    public void onOffline(Consumer<LogException.DirectoryOffline> listener) {
        services.health().onOffline(listener);
    }

    /** See {@link io.millrace.storage.LogManager#scrubReport}. */
    public ScrubReport scrubReport() {
        return scrubber.report();
    }

    /** See {@link io.millrace.storage.LogManager#create}. */
    public CompletionStage<PartitionLog> create(TopicPartition partition, LogConfig config) {
        SegmentedLog there = logs.get(partition);
        if (there != null) {
            return configured(there, config);
        }
        return managers.run(partition, () -> open(partition)).thenCompose(opened -> configured(opened, config));
    }

    private static CompletionStage<PartitionLog> configured(SegmentedLog opened, LogConfig config) {
        if (opened.isRefused() || opened.config().equals(config)) {
            return CompletableFuture.completedFuture(opened);
        }
        return opened.updateConfig(config).thenApply(nothing -> opened);
    }

    private SegmentedLog open(TopicPartition partition) throws IOException {
        SegmentedLog there = logs.get(partition);
        if (there != null) {
            return there;
        }
        services.health().requireOnline();
        if (notForgotten.contains(partition)) {
            throw new LogException.WriteFailed(
                    "the journal still has records of the deleted log of " + partition
                            + ": it can be made again after a restart",
                    null);
        }
        Path path = directory.of(partition);
        if (services.disk().exists(path)) {
            throw new IllegalStateException("the directory " + path
                    + " belongs to a topic of the same name with another id: delete that log first");
        }
        directory.create(partition, services.clock().millis());
        SegmentedLog created = SegmentedLog.open(
                services, shards.of(partition), partition, path, LogRecovery.Start.empty(services.disk()));
        logs.put(partition, created);
        return created;
    }

    /** See {@link io.millrace.storage.LogManager#delete}. */
    public CompletionStage<Void> delete(TopicPartition partition) {
        return managers.run(partition, () -> {
            SegmentedLog there = logs.get(partition);
            if (there != null) {
                LogException why = new LogException.Closed("the log of " + partition + " was deleted");
                services.threads().await(there.close(why, false));
                Path path = directory.delete(partition);
                logs.remove(partition);
                housekeeper.execute(() -> remove(path));
                forgetJournaled(there);
            }
            return null;
        });
    }

    /** Not before the deletion is durable: until then the log may have to come back whole. */
    private void forgetJournaled(SegmentedLog deleted) {
        try {
            services.threads().await(deleted.forgetJournaled());
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof LogException.WriteFailed)) {
                throw e;
            }
            notForgotten.add(deleted.topicPartition());
        }
    }

    private void remove(Path path) {
        try {
            directory.remove(path);
        } catch (IOException e) {
            log.warn(
                    "The directory {} of a deleted partition could not be removed; the next start tries again",
                    path,
                    e);
        }
    }

    /** See {@link io.millrace.storage.LogManager#close}. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        scrubber.close();
        managers.close();
        cleaner.close();
        LogException why = new LogException.Closed("the log is closed: the node is stopping");
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        for (SegmentedLog open : logs.values()) {
            closing.add(open.close(why, true).toCompletableFuture());
        }
        boolean clean = allSucceeded(closing) && logs.values().stream().noneMatch(SegmentedLog::isAbandoned);
        stopThreads();
        try {
            if (clean && services.health().isOnline()) {
                new Checkpointer(services, points, logs.values(), shards.journals()).writeRecoveryPoints();
                JournalDirectory journalDirectory = new JournalDirectory(
                        services.disk(), directory.path(), services.config().reserveBytes());
                new CleanShutdownMarker(services.disk(), directory.path())
                        .write(services.clock().millis(), new JournalReader(journalDirectory).lastRun());
            }
        } catch (IOException e) {
            log.error("The clean stop could not be noted: the next start checks the logs", e);
        }
        try {
            lock.close();
        } catch (IOException e) {
            log.warn("The lock of {} could not be given back", directory.path(), e);
        }
    }

    private boolean allSucceeded(List<CompletableFuture<Void>> closing) {
        boolean clean = true;
        for (CompletableFuture<Void> one : closing) {
            try {
                services.threads().await(one);
            } catch (RuntimeException e) {
                clean = false;
                log.error("A log could not be closed in order: the next start checks the logs", e);
            }
        }
        return clean;
    }

    private void stopThreads() {
        cleaner.close();
        shards.close();
        housekeeper.close();
        shards.closeJournals();
        managers.close();
    }
}
