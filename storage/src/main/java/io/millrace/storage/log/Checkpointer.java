package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.checkpoint.RecoveryPoints;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down, now and then, how much of each log need not be looked at after a crash. Logs that are not fsynced for every
 * append are forced here.
 *
 * <p>Housekeeping thread.
 */
final class Checkpointer implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);

    private final LogServices services;
    private final RecoveryPoints points;
    private final Collection<SegmentedLog> logs;

    Checkpointer(LogServices services, RecoveryPoints points, Collection<SegmentedLog> logs) {
        this.services = services;
        this.points = points;
        this.logs = logs;
    }

    @Override
    public void run() {
        try {
            if (!services.health().isOnline()) {
                return;
            }
            for (SegmentedLog each : logs) {
                if (!each.isRefused()) {
                    each.flush();
                    each.flushing().forceIndexes();
                    each.checkpoint().exceptionally(Checkpointer::ignore);
                }
            }
            writeRecoveryPoints();
        } catch (IOException e) {
            // The old checkpoint stays: the next start looks at more.
            log.warn("The recovery points could not be written", e);
        } catch (RuntimeException e) {
            log.error("A checkpoint failed in a way that was not expected", e);
        }
    }

    private static Void ignore(Throwable failure) {
        if (!(failure instanceof LogException)) {
            log.warn("A log could not be checkpointed", failure);
        }
        return null;
    }

    void writeRecoveryPoints() throws IOException {
        Map<RecoveryPoints.Key, Long> offsets = new HashMap<>();
        for (SegmentedLog each : logs) {
            offsets.put(RecoveryPoints.Key.of(each.topicPartition()), each.recoveryPoint());
        }
        points.write(offsets);
    }
}
