package io.millrace.storage.log;

import io.millrace.storage.producer.ProducerSnapshot;
import io.millrace.storage.producer.ProducerSnapshotFiles;
import io.millrace.storage.producer.ProducerStateManager;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentScanner;
import java.io.IOException;
import java.util.List;

/**
 * Keeps what producers wrote in segments that are about to be removed: otherwise a start after a crash would take a batch that
 * is sent again for a new one. Mostly there is nothing to do, since each roll leaves a snapshot.
 */
final class RemovedProducers {

    private RemovedProducers() {}

    /**
     * Writes a snapshot, unless there is one that serves. Durable on return.
     *
     * @param removed in order of offsets
     * @param journaled what the journal still has of the log, which the segments may have lost; empty while the log is open
     * @param firstKept the end of the last of the segments
     * @param lowestEnd what the log may be cut back to, by a crash or because it follows another: a snapshot above it does not
     *     serve
     */
    static void keep(
            LogServices services,
            ProducerSnapshotFiles snapshots,
            List<Segment> removed,
            JournaledBatches journaled,
            long firstKept,
            long lowestEnd)
            throws IOException {
        if (removed.isEmpty() && journaled.isEmpty()
                || snapshots
                        .newestUpTo(lowestEnd)
                        .filter(known -> known.offset() >= firstKept)
                        .isPresent()) {
            return;
        }
        ProducerSnapshot known = snapshots.newestUpTo(firstKept).orElse(ProducerSnapshot.empty(0));
        ProducerStateManager producers =
                new ProducerStateManager(services.config().producerExpirationMs());
        producers.load(known);
        long now = services.clock().millis();
        long reached = known.offset();
        for (Segment segment : removed) {
            SegmentScanner scanner = new SegmentScanner(segment, 0, segment.baseOffset(), -1, 0);
            scanner.scan((buffer, at, position) -> ProducerReplay.remember(producers, buffer, at, known.offset(), now));
            reached = Math.max(reached, scanner.nextOffset());
        }
        journaled.visit(
                reached,
                firstKept,
                (buffer, at) -> ProducerReplay.remember(producers, buffer, at, known.offset(), now));
        if (!producers.isEmpty()) {
            snapshots.write(producers.snapshot(firstKept), lowestEnd, lowestEnd);
        }
    }
}
