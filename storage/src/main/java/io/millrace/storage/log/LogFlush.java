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

    /** Segments that may wait for their fsync before the shard does. */
    private static final int SEALED_MAX = 16;

    private static final Logger log = LoggerFactory.getLogger(LogFlush.class);

    private final SegmentedLog owner;
    private final LogServices services;
    private final LogState state;

    /** Held while files are forced or cut, so that a flush never claims bytes that a truncation takes away. */
    private final Object forcing = new Object();

    /** Keeps the listener from being called on two threads at a time. */
    private final Object notifying = new Object();

    private final ConcurrentLinkedQueue<Segment> sealed = new ConcurrentLinkedQueue<>();

    private final SealedIndexes indexes;

    private volatile boolean directoryChanged;

    /** Below it everything was forced; the durable offset can be above it with {@code FlushPolicy.OS}. */
    private volatile long forcedOffset;

    /** Where a cut that is going on will end the log. */
    private volatile long cutOffset = Long.MAX_VALUE;

    private volatile PartitionLog.DurableListener listener;

    /** What the listener knows. Guarded by {@link #notifying}. */
    private long told;

    LogFlush(SegmentedLog owner, LogServices services, LogState state, boolean directoryChanged, long forcedOffset) {
        this.owner = owner;
        this.services = services;
        this.state = state;
        this.directoryChanged = directoryChanged;
        this.forcedOffset = forcedOffset;
        this.told = state.offsets().durableOffset();
        this.indexes = new SealedIndexes(services, state);
    }

    void listener(PartitionLog.DurableListener listener) {
        this.listener = listener;
    }

    /** A segment was sealed and a new one begun; called before the new end is published. Shard thread. */
    void rolled(Segment old) {
        sealed.add(old);
        directoryChanged = true;
    }

    /**
     * The new end is published: has the sealed segment forced in the background. Waits for the disk when that is far behind, as each
     * sealed segment holds an open file.
     */
    void afterRoll() {
        if (sealed.size() > SEALED_MAX) {
            forceWritten();
        } else {
            services.housekeeper().execute(this::forceWritten);
        }
    }

    /** Forces everything written before the call and tells the listener. Blocks. */
    void forceWritten() {
        synchronized (forcing) {
            // Under the lock: whoever had it may have failed, and a second force succeeds though records were lost.
            if (!services.health().isOnline() || state.refusal() != null) {
                return;
            }
            // The end first: every segment below it is in the queue, or was forced before.
            LogEnd end = state.end();
            try {
                if (directoryChanged) {
                    directoryChanged = false;
                    services.disk().forceDirectory(state.directory());
                }
                forceSealedBelow(end.active());
                force(end.active());
            } catch (IOException e) {
                services.health().fail("an fsync of " + owner + " failed", e);
                return;
            }
            forced(end.offset());
        }
        tell();
    }

    /** Forces what a log has that a bug made unusable, so that the journals need not keep it for the next start. */
    void forceAbandoned() {
        synchronized (forcing) {
            try {
                services.disk().forceDirectory(state.directory());
                for (Segment segment : sealed) {
                    force(segment);
                }
                force(state.active());
            } catch (IOException e) {
                services.health().fail("an fsync of " + owner + " failed", e);
            }
        }
    }

    /** Says so after each one: when segments are sealed as fast as they are forced, waiters must not wait for the last. */
    private void forceSealedBelow(Segment active) throws IOException {
        for (Segment segment = sealed.peek();
                segment != null && segment.baseOffset() < active.baseOffset();
                segment = sealed.peek()) {
            force(segment);
            // First into the one queue, then out of the other: the recovery point must not pass it in between.
            indexes.add(segment);
            sealed.remove(segment);
            forced(state.endOffsetOf(segment));
            tell();
        }
    }

    private void forced(long offset) {
        forcedOffset = Math.max(forcedOffset, offset);
        state.durable(offset);
    }

    private void force(Segment segment) throws IOException {
        long began = System.nanoTime();
        if (segment.force()) {
            services.metrics().fsynced(System.nanoTime() - began);
        }
    }

    /** Everything below an offset counts as durable: the journal has it, or with {@code FlushPolicy.OS} it was written. Shard thread. */
    void durable(long offset) {
        if (state.durable(offset)) {
            tell();
        }
    }

    private void tell() {
        PartitionLog.DurableListener current = listener;
        if (current == null) {
            return;
        }
        synchronized (notifying) {
            long durable = state.offsets().durableOffset();
            if (durable == told) {
                return;
            }
            told = durable;
            try {
                current.onDurable(owner, durable);
            } catch (RuntimeException e) {
                log.error("The durable listener of {} failed", owner, e);
            }
        }
    }

    /** The offset below which everything was forced, so that recovery need not look at it. Housekeeping thread. */
    long recoveryPoint() {
        return Math.min(Math.min(forcedOffset, cutOffset), indexes.forcedUpTo());
    }

    /** Makes the indexes of sealed segments durable as far as the disk lets it. */
    void forceIndexes() {
        indexes.force();
    }

    /** From now on the recovery point stays below an offset, at which the log is about to be cut. Shard thread. */
    void beginCut(long offset) {
        cutOffset = offset;
    }

    /** The cut is over, or failed. */
    void endCut() {
        cutOffset = Long.MAX_VALUE;
    }

    /** Runs a change of the files while nothing is forced. Shard thread. */
    void exclusively(LogTruncation.Change change) throws IOException {
        synchronized (forcing) {
            indexes.exclusively(change);
            forcedOffset = Math.min(forcedOffset, state.end().offset());
            synchronized (notifying) {
                // The same offset will be reached again, by other records.
                told = -1;
            }
            sealed.removeIf(
                    segment -> segment == state.active() || !state.segments().containsKey(segment.baseOffset()));
        }
    }

    /** A bug made the log unusable. */
    void abandon(LogException why) {
        synchronized (forcing) {
            state.abandon(why);
        }
    }

    /** Refuses everything from now on, after what is being forced. */
    void stop(LogException why) {
        synchronized (forcing) {
            state.refuse(why);
        }
    }
}
