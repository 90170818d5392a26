package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sealed segments whose indexes are still to be forced. Nobody who appends waits for that: until it is done, the recovery point
 * stays below the segment, and a start after a crash builds its indexes again.
 *
 * <p>Segments are added by whoever forces the log; the work is done on the housekeeping thread, or on the shard thread when the log closes.
 */
final class SealedIndexes {

    private static final Logger log = LoggerFactory.getLogger(SealedIndexes.class);

    private final LogServices services;
    private final LogState state;
    private final ConcurrentLinkedQueue<Segment> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** Held while an index is forced or cut. */
    private final Object working = new Object();

    SealedIndexes(LogServices services, LogState state) {
        this.services = services;
        this.state = state;
    }

    void add(Segment segment) {
        waiting.add(segment);
        if (scheduled.compareAndSet(false, true)) {
            services.housekeeper().execute(this::force);
        }
    }

    /** Forces as far as the disk lets it; what fails is tried again at the next checkpoint. */
    void force() {
        scheduled.set(false);
        synchronized (working) {
            for (Segment segment = waiting.peek(); segment != null; segment = waiting.peek()) {
                try {
                    segment.forceIndexes();
                } catch (LogException.Closed e) {
                    // The segment was deleted or the log closed since it was sealed: nobody needs its indexes any more.
                    log.debug("Not forced: {}", e.getMessage());
                } catch (IOException e) {
                    log.warn(
                            "topic={} partition={} the indexes of {} could not be written; that is tried again",
                            state.partition().topic(),
                            state.partition().partition(),
                            segment,
                            e);
                    return;
                }
                waiting.remove(segment);
            }
        }
    }

    /** Below it all indexes are durable. */
    long forcedUpTo() {
        Segment first = waiting.peek();
        return first == null ? Long.MAX_VALUE : first.baseOffset();
    }

    /** Runs a change of the files while no index is forced. */
    void exclusively(LogTruncation.Change change) throws IOException {
        synchronized (working) {
            change.run();
            // One that is active again is written to by the shard.
            waiting.removeIf(
                    segment -> segment == state.active() || !state.segments().containsKey(segment.baseOffset()));
        }
    }
}
