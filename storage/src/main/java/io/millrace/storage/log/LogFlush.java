package io.millrace.storage.log;

import io.millrace.storage.LogException;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one log durable and says so. A flush forces, in this order, the segments that were sealed since the last one, the
 * active one, and the directory when files were added to it; only then the durable offset moves.
 *
 * <p>{@link #forceWritten} on one flusher, or the housekeeping thread; {@link #rolled} on the shard thread.
 */
final class LogFlush {

    private static final Logger log = LoggerFactory.getLogger(LogFlush.class);

    private final SegmentedLog owner;
    private final LogServices services;
    private final LogState state;

    /** Held while files are forced or cut, so that a flush never claims bytes that a truncation takes away. */
    private final Object forcing = new Object();

    /** Keeps the listener from being called on two threads at a time. */
    private final Object notifying = new Object();

    private final ConcurrentLinkedQueue<Segment> sealed = new ConcurrentLinkedQueue<>();

    /** Sealed and forced, but their indexes could not be: a start after a crash has to look at them again. */
    private final ConcurrentLinkedQueue<Segment> withoutIndexes = new ConcurrentLinkedQueue<>();

    private volatile boolean directoryChanged;

    /** Below it everything was forced; the durable offset can be above it with {@code FlushPolicy.OS}. */
    private volatile long forcedOffset;

    private volatile PartitionLog.DurableListener listener;

    LogFlush(SegmentedLog owner, LogServices services, LogState state, boolean directoryChanged, long forcedOffset) {
        this.owner = owner;
        this.services = services;
        this.state = state;
        this.directoryChanged = directoryChanged;
        this.forcedOffset = forcedOffset;
    }

    void listener(PartitionLog.DurableListener listener) {
        this.listener = listener;
    }

    /** A segment was sealed and a new one begun; called before the new end is published. */
    void rolled(Segment old) {
        sealed.add(old);
        directoryChanged = true;
    }

    /** Forces everything written before the call and tells the listener. Blocks. */
    void forceWritten() {
        if (!services.health().isOnline()) {
            return;
        }
        boolean moved;
        synchronized (forcing) {
            if (state.refusal() != null) {
                return;
            }
            // The end first: every segment below it is in the queue, or was forced before.
            LogEnd end = state.end();
            try {
                forceSealed();
                force(end.active());
                if (directoryChanged) {
                    directoryChanged = false;
                    services.disk().forceDirectory(state.directory());
                }
            } catch (IOException e) {
                services.health().fail("an fsync of " + owner + " failed", e);
                return;
            }
            forcedOffset = end.offset();
            moved = state.durable(end.offset());
        }
        if (moved) {
            tell();
        }
    }

    private void forceSealed() throws IOException {
        for (Segment segment = sealed.peek(); segment != null; segment = sealed.peek()) {
            force(segment);
            sealed.remove(segment);
            forceIndexes(segment);
        }
    }

    private void forceIndexes(Segment segment) {
        try {
            segment.forceIndexes();
        } catch (IOException e) {
            log.warn(
                    "topic={} partition={} the indexes of {} could not be written; they will be built again if the node dies",
                    state.partition().topic(),
                    state.partition().partition(),
                    segment,
                    e);
            withoutIndexes.add(segment);
        }
    }

    private void force(Segment segment) throws IOException {
        long began = System.nanoTime();
        if (segment.force()) {
            services.metrics().fsynced(System.nanoTime() - began);
        }
    }

    /** {@code FlushPolicy.OS}: what was written counts. Shard thread. */
    void durableWithoutForce() {
        if (state.durable(state.end().offset())) {
            tell();
        }
    }

    private void tell() {
        PartitionLog.DurableListener current = listener;
        if (current == null) {
            return;
        }
        synchronized (notifying) {
            try {
                current.onDurable(owner, state.offsets().durableOffset());
            } catch (RuntimeException e) {
                log.error("The durable listener of {} failed", owner, e);
            }
        }
    }

    /** The offset below which everything was forced, so that recovery need not look at it. */
    long recoveryPoint() {
        int again = withoutIndexes.size();
        for (int i = 0; i < again; i++) {
            Segment segment = withoutIndexes.poll();
            if (segment != null) {
                forceIndexes(segment);
            }
        }
        Segment first = withoutIndexes.peek();
        return first == null ? forcedOffset : Math.min(forcedOffset, first.baseOffset());
    }

    /** Runs a change of the files while nothing is forced. */
    void exclusively(LogTruncation.Change change) throws IOException {
        synchronized (forcing) {
            change.run();
            forcedOffset = Math.min(forcedOffset, state.end().offset());
            sealed.removeIf(segment -> !state.segments().containsKey(segment.baseOffset()));
            withoutIndexes.removeIf(segment -> !state.segments().containsKey(segment.baseOffset()));
        }
    }

    /** Refuses everything from now on, after what is being forced. */
    void stop(LogException why) {
        synchronized (forcing) {
            state.refuse(why);
        }
    }
}
