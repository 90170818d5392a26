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
     * @param firstKept the end of the last of them
     * @param endAfterCrash a snapshot above it does not serve: a crash can take it
     */
    static void keep(
            LogServices services,
            ProducerSnapshotFiles snapshots,
            List<Segment> removed,
            long firstKept,
            long endAfterCrash)
            throws IOException {
        if (removed.isEmpty()
                || snapshots
                        .newestUpTo(endAfterCrash)
                        .filter(known -> known.offset() >= firstKept)
                        .isPresent()) {
            return;
        }
        ProducerSnapshot known = snapshots.newestUpTo(firstKept).orElse(ProducerSnapshot.empty(0));
        ProducerStateManager producers =
                new ProducerStateManager(services.config().producerExpirationMs());
        producers.load(known);
        long now = services.clock().millis();
        for (Segment segment : removed) {
            new SegmentScanner(segment, 0, segment.baseOffset(), -1, 0)
                    .scan((buffer, at, position) ->
                            ProducerReplay.remember(producers, buffer, at, known.offset(), now));
        }
        if (producers.size() > 0) {
            snapshots.write(producers.snapshot(firstKept), endAfterCrash);
        }
    }
}
