package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.checkpoint.RecoveryPoints;
import io.millrace.storage.journal.JournalFiles;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces what was written to the segments, writes down how much of each log need not be looked at after a crash, and frees the
 * journal files that are not needed any more.
 *
 * <p>Housekeeping thread; a shard thread that needs a checkpoint at once runs one itself.
 */
final class Checkpointer implements BooleanSupplier {

    private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);

    private final LogServices services;
    private final RecoveryPoints points;
    private final Collection<SegmentedLog> logs;
    private final List<JournalFiles> journals;

    Checkpointer(
            LogServices services, RecoveryPoints points, Collection<SegmentedLog> logs, List<JournalFiles> journals) {
        this.services = services;
        this.points = points;
        this.logs = logs;
        this.journals = journals;
    }

    /** Returns whether the checkpoint is on the disk. */
    @Override
    public synchronized boolean getAsBoolean() {
        try {
            // The marks first: what is in the journals before them was written to the segments before, and is forced
            // below.
            long[] marks = journals.stream().mapToLong(JournalFiles::mark).toArray();
            for (SegmentedLog each : logs) {
                if (!each.isRefused()) {
                    each.flush();
                    each.flushing().forceIndexes();
                    each.checkpoint().exceptionally(Checkpointer::ignore);
                }
                // Looked at last: it may have become unusable meanwhile.
                if (each.isAbandoned()) {
                    each.flushing().forceAbandoned();
                }
            }
            if (!services.health().isOnline()) {
                return false;
            }
            writeRecoveryPoints();
            for (int i = 0; i < marks.length; i++) {
                journals.get(i).release(marks[i]);
            }
            return true;
        } catch (IOException e) {
            // The old checkpoint stays: the next start looks at more.
            log.warn("The recovery points could not be written", e);
        } catch (RuntimeException e) {
            log.error("A checkpoint failed in a way that was not expected", e);
        }
        return false;
    }

    private static Void ignore(Throwable failure) {
        if (!(failure instanceof LogException)) {
            log.warn("A log could not be checkpointed", failure);
        }
        return null;
    }

    void writeRecoveryPoints() throws IOException {
        Map<RecoveryPoints.Key, RecoveryPoints.Point> now = new HashMap<>();
        for (SegmentedLog each : logs) {
            now.put(
                    RecoveryPoints.Key.of(each.topicPartition()),
                    new RecoveryPoints.Point(each.recoveryPoint(), each.producerlessOffset()));
        }
        points.write(services.disk().bootId(), now);
        for (SegmentedLog each : logs) {
            RecoveryPoints.Point written = now.get(RecoveryPoints.Key.of(each.topicPartition()));
            each.cleaning().recoveryPointWritten(written == null ? 0 : written.offset());
        }
    }
}
