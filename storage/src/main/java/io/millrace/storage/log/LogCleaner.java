package io.millrace.storage.log;

import io.millrace.storage.CleanerConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.compaction.CleanerThrottle;
import io.millrace.storage.compaction.Compaction;
import io.millrace.storage.compaction.CompactionAborted;
import io.millrace.storage.compaction.CompactionPlan;
import io.millrace.storage.compaction.CompactionStats;
import io.millrace.storage.file.DiskFailure;
import io.millrace.storage.producer.ProducerEnd;
import io.millrace.storage.thread.Worker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that compacts: looks at intervals for logs that need it and takes one after the other, the dirtiest first. A log
 * that cannot be compacted is left alone until the next round; nothing else suffers.
 */
final class LogCleaner implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LogCleaner.class);

    private final LogServices services;
    private final Collection<SegmentedLog> logs;
    private final CleanerThrottle throttle;
    private final Worker thread;
    private volatile boolean stopping;

    LogCleaner(LogServices services, Collection<SegmentedLog> logs) {
        this.services = services;
        this.logs = logs;
        this.thread = services.threads().worker("millrace-cleaner");
        this.throttle = new CleanerThrottle(services.config().cleaner().bytesPerSecond());
    }

    /** Looks again and again. */
    void start() {
        CleanerConfig config = services.config().cleaner();
        if (config.intervalMs() > 0) {
            thread.every(config.intervalMs(), this::runRound);
        }
    }

    /** Looks now; completes when that is done. */
    CompletableFuture<Void> run() {
        try {
            return CompletableFuture.runAsync(this::runRound, thread);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new LogException.Closed("the node is stopping"));
        }
    }

    private record Due(SegmentedLog log, CompactionPlan plan) {}

    private void runRound() {
        try {
            for (Due due : dueLogs()) {
                while (!stopping && services.health().isOnline() && compact(due.log())) {
                    // The map was full: there is more to do in this one.
                    log.debug("log={} goes on being compacted", due.log());
                }
            }
        } catch (RuntimeException e) {
            log.error("A round of the cleaner failed in a way that was not expected", e);
        }
    }

    private List<Due> dueLogs() {
        List<Due> due = new ArrayList<>();
        for (SegmentedLog each : logs) {
            if (each.config().compact() && !each.isRefused()) {
                rollIfOld(each);
                plan(each).filter(CompactionPlan::due).ifPresent(plan -> due.add(new Due(each, plan)));
            }
        }
        due.sort(
                Comparator.comparingDouble((Due one) -> one.plan().dirtyRatio()).reversed());
        return due;
    }

    private void rollIfOld(SegmentedLog each) {
        if (each.cleaning().isActiveOld(services.clock().millis())) {
            try {
                services.threads().await(each.rollIfOld());
            } catch (CompletionException e) {
                failed(each, e);
            }
        }
    }

    private Optional<CompactionPlan> plan(SegmentedLog each) {
        try {
            return each.cleaning().plan(services.clock().millis());
        } catch (IOException | LogException e) {
            failed(each, e);
            return Optional.empty();
        }
    }

    /** Returns whether to go on with this log at once. */
    private boolean compact(SegmentedLog target) {
        Optional<CompactionPlan> plan = plan(target).filter(CompactionPlan::due);
        if (plan.isEmpty()) {
            return false;
        }
        LogCleaning cleaning = target.cleaning();
        int changes = cleaning.changes();
        long began = System.nanoTime();
        try {
            services.health().requireSpace();
            Compaction compaction = new Compaction(setting(target), plan.get(), cleaning);
            long reached = compaction.run();
            cleaning.compactedBelow(reached);
            report(target, plan.get(), reached, compaction.stats(), System.nanoTime() - began);
            return compaction.stats().mapFull() && reached > plan.get().firstDirty();
        } catch (CompactionAborted e) {
            log.info("log={} compaction given up: {}", target, e.getMessage());
        } catch (IOException | LogException | CompletionException e) {
            if (cleaning.changes() != changes && services.health().isOnline()) {
                log.info("log={} compaction given up: segments were cut or removed under it", target);
            } else {
                failed(target, e);
            }
        }
        return false;
    }

    private Compaction.Setting setting(SegmentedLog target) {
        Map<Long, ProducerEnd> ends = services.threads().await(target.producerEnds());
        return new Compaction.Setting(
                services.disk(),
                services.files(),
                target.cleaning().state().directory(),
                target.config(),
                services.batchRewriter(),
                services.config().cleaner().mapBytes(),
                throttle,
                ends,
                services.clock().millis());
    }

    private void report(SegmentedLog target, CompactionPlan plan, long reached, CompactionStats stats, long nanos) {
        services.metrics().compacted(stats.bytesBefore(), stats.bytesAfter(), stats.recordsRemoved(), nanos);
        log.info(
                "topic={} partition={} compacted offsets {} to {}: {} of {} bytes are left, {} records went, in {} ms",
                target.topicPartition().topic(),
                target.topicPartition().partition(),
                plan.firstDirty(),
                reached,
                stats.bytesAfter(),
                stats.bytesBefore(),
                stats.recordsRemoved(),
                TimeUnit.NANOSECONDS.toMillis(nanos));
        if (stats.keylessRecords() > 0 || stats.unreadableBatches() > 0) {
            log.warn(
                    "topic={} partition={} compaction dropped {} records without a key, and kept {} batches that cannot be read",
                    target.topicPartition().topic(),
                    target.topicPartition().partition(),
                    stats.keylessRecords(),
                    stats.unreadableBatches());
        }
    }

    private void failed(SegmentedLog target, Exception cause) {
        if (target.isRefused() || stopping) {
            log.debug("log={} compaction ended with the log", target, cause);
        } else if (cause instanceof LogException.DiskFull
                || cause instanceof IOException failure && DiskFailure.isDiskFull(failure)) {
            log.warn("log={} not compacted: {}. That is tried again.", target, cause.getMessage());
        } else {
            log.error("log={} could not be compacted and stays as it is; that is tried again", target, cause);
        }
    }

    /** Ends what is running, at the next batch. Blocks until it has. */
    @Override
    public void close() {
        stopping = true;
        throttle.stop();
        logs.forEach(each -> each.cleaning().stop());
        thread.close();
    }
}
