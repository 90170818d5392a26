package io.millrace.storage.log;

import io.millrace.storage.LogOffsets;
import io.millrace.storage.producer.ProducerSnapshot;
import io.millrace.storage.producer.ProducerSnapshotFiles;
import io.millrace.storage.producer.ProducerStateManager;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins segments. Shard thread only. */
final class LogRoller {

    private static final Logger log = LoggerFactory.getLogger(LogRoller.class);

    private final LogServices services;
    private final LogState state;
    private final LogFlush flush;
    private final ProducerStateManager producers;
    private final ProducerSnapshotFiles snapshots;
    private final AtomicReference<ProducerSnapshot> waitingSnapshot = new AtomicReference<>();

    /** Held while a snapshot is written in the background. */
    private final Object writingSnapshot = new Object();

    LogRoller(
            LogServices services,
            LogState state,
            LogFlush flush,
            ProducerStateManager producers,
            ProducerSnapshotFiles snapshots) {
        this.services = services;
        this.state = state;
        this.flush = flush;
        this.producers = producers;
        this.snapshots = snapshots;
    }

    /** Begins a new segment at the log end. The old one is forced before the durable offset passes its end. */
    void roll() throws IOException {
        LogEnd end = state.end();
        Segment old = end.active();
        Segment next = Segment.create(
                services.disk(),
                services.files(),
                state.directory(),
                end.offset(),
                services.clock().millis());
        old.seal();
        state.segments().put(next.baseOffset(), next);
        flush.rolled(old);
        state.end(new LogEnd(end.offset(), next, 0));
        services.health().expectSpaceChange();
        flush.afterRoll();
        writeSnapshot();
        log.debug(
                "topic={} partition={} began a segment at offset {}",
                state.partition().topic(),
                state.partition().partition(),
                end.offset());
    }

    /** Writes the state of the producers down, in the background. Only the newest one waits. */
    void writeSnapshot() {
        if (waitingSnapshot.getAndSet(producers.snapshot(state.end().offset())) == null) {
            services.housekeeper().execute(this::writeWaitingSnapshot);
        }
    }

    /** The log is about to be cut: no snapshot of what is cut off may be written from now on. */
    void forgetSnapshot() {
        synchronized (writingSnapshot) {
            waitingSnapshot.set(null);
        }
    }

    private void writeWaitingSnapshot() {
        synchronized (writingSnapshot) {
            ProducerSnapshot snapshot = waitingSnapshot.getAndSet(null);
            if (snapshot != null && state.refusal() == null) {
                write(snapshot);
            }
        }
    }

    private void write(ProducerSnapshot snapshot) {
        try {
            LogOffsets offsets = state.offsets();
            snapshots.write(snapshot, offsets.durableOffset(), offsets.logStartOffset());
        } catch (IOException e) {
            // A shortcut that is missing: the next start reads more of the log.
            log.warn(
                    "topic={} partition={} the producer snapshot at offset {} could not be written",
                    state.partition().topic(),
                    state.partition().partition(),
                    snapshot.offset(),
                    e);
        }
    }
}
