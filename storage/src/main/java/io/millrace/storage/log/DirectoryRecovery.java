package io.millrace.storage.log;

import io.millrace.storage.TopicPartition;
import io.millrace.storage.checkpoint.CleanShutdownMarker;
import io.millrace.storage.checkpoint.LossAccepted;
import io.millrace.storage.checkpoint.RecoveryPoints;
import io.millrace.storage.directory.DataDirectory;
import io.millrace.storage.journal.JournalDirectory;
import io.millrace.storage.journal.JournalIndex;
import io.millrace.storage.journal.JournalReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The start of a data directory: finds out how the last run ended, and with that opens all logs. Each of them is opened by a {@link
 * LogRecovery}. On the thread that opens the directory.
 */
final class DirectoryRecovery {

    private static final Logger log = LoggerFactory.getLogger(DirectoryRecovery.class);

    private final LogServices services;
    private final DataDirectory directory;
    private final LogShards shards;
    private final RecoveryPoints.Content before;
    private final boolean powerCut;
    private final JournalDirectory journalDirectory;
    private final long lastRun;
    private final boolean clean;
    private final JournalIndex journaled;
    private final List<LossAccepted> accepted = new ArrayList<>();

    /** Reads what the last run has left; the mark of its clean stop is gone, durably, on return. */
    DirectoryRecovery(LogServices services, DataDirectory directory, LogShards shards, RecoveryPoints points)
            throws IOException {
        this.services = services;
        this.directory = directory;
        this.shards = shards;
        this.before = points.read();
        this.powerCut = before.isOfAnotherBoot(services.disk());
        this.journalDirectory = new JournalDirectory(
                services.disk(), directory.path(), services.config().reserveBytes());
        JournalReader journalReader = new JournalReader(journalDirectory);
        this.lastRun = journalReader.lastRun();
        this.clean = new CleanShutdownMarker(services.disk(), directory.path()).take(lastRun);
        this.journaled = clean ? new JournalIndex(services.disk()) : journalReader.read();
    }

    /** Opens the logs of these partitions, beside each other. What was repaired in them is not forced yet. */
    List<SegmentedLog> open(List<TopicPartition> partitions) throws IOException {
        List<Callable<SegmentedLog>> recoveries = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            LogRecovery.Start start = startOf(partition);
            LogShard shard = shards.of(partition);
            recoveries.add(() -> SegmentedLog.open(services, shard, partition, directory.of(partition), start));
        }
        return ParallelRecovery.run(services.threads(), recoveries);
    }

    private LogRecovery.Start startOf(TopicPartition partition) throws IOException {
        LossAccepted loss = new LossAccepted(services.disk(), directory.of(partition));
        if (loss.isSet()) {
            log.warn("{} is there: the log of {} is kept up to its first damage", LossAccepted.NAME, partition);
            accepted.add(loss);
            return LogRecovery.Start.acceptingLoss(services.disk());
        }
        RecoveryPoints.Point point = before.of(partition);
        return new LogRecovery.Start(
                clean,
                powerCut,
                journaled.lower(partition, point.offset()),
                journaled.lower(partition, point.producerlessOffset()),
                journaled,
                false);
    }

    /** What an operator has accepted to lose is lost, durably: the next start does not accept it again. */
    void lossIsTaken() throws IOException {
        for (LossAccepted loss : accepted) {
            loss.clear();
        }
    }

    JournalDirectory journalDirectory() {
        return journalDirectory;
    }

    /** Which run of this directory begins. */
    long run() {
        return lastRun + 1;
    }

    /** Whether the last run was stopped in order. */
    boolean wasStoppedCleanly() {
        return clean;
    }

    /** Whether a run before this one has written recovery points. */
    boolean wasUsedBefore() {
        return before.found();
    }
}
