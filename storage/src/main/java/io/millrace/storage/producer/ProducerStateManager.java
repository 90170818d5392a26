package io.millrace.storage.producer;

import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.producer.ProducerState.StoredBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The producers of one log. A batch is checked and, in the same step, remembered, so that the next batch of the same drain
 * sees it; {@link #undo} takes back what a failed write did not store.
 *
 * <p>Not thread-safe: shard thread only.
 */
public final class ProducerStateManager {

    /**
     * Producers remembered per log. Every new producer id takes a place until it expires; over the limit the one that has been
     * silent longest is forgotten, and would be accepted at any sequence again.
     */
    public static final int PRODUCERS_MAX = 100_000;

    /** Least recent writer first. Null until the first idempotent producer comes: most logs never see one. */
    private LinkedHashMap<Long, ProducerState> producers;

    /**
     * How long after a leader epoch began a producer that is not known must begin at sequence 0. Its first batches may still be under
     * way to the former leader, never to arrive: were a later one taken, their repetition would be refused for ever. No longer than
     * producers by default try to deliver a batch ({@code delivery.timeout.ms}), because a producer that is silent for long is
     * forgotten, and goes on where it was.
     */
    static final long STRANGERS_BEGIN_AT_ZERO_MS = 120_000;

    private final long expirationMs;
    private long strangersBeginAtZeroUntilMs = Long.MIN_VALUE;

    public ProducerStateManager(long expirationMs) {
        this.expirationMs = expirationMs;
    }

    /**
     * What is known of a batch that was checked.
     *
     * @param duplicateOf offsets of the same batch when it was stored before, else null
     * @param undo what {@link #undo} needs, null when nothing was remembered
     */
    public record Checked(StoredOffsets duplicateOf, Undo undo) {
        static final Checked NOTHING = new Checked(null, null);
    }

    /** Offsets of a batch in the log. */
    public record StoredOffsets(long baseOffset, long lastOffset) {}

    /** A state as it was before a batch; null state: was not known. */
    public record Undo(long producerId, ProducerState before) {}

    /**
     * Checks the batch at a position, which would get {@code baseOffset}, and remembers it.
     *
     * @throws LogException.OutOfOrderSequence and others, see {@link SequenceCheck}
     */
    public Checked checkAndUpdate(ByteBuffer batches, int at, long baseOffset, long nowMs) {
        long producerId = BatchHeader.producerId(batches, at);
        if (producerId < 0) {
            return Checked.NOTHING;
        }
        short epoch = BatchHeader.producerEpoch(batches, at);
        int baseSequence = BatchHeader.baseSequence(batches, at);
        int lastSequence = SequenceCheck.plus(baseSequence, BatchHeader.lastOffsetDelta(batches, at));
        ProducerState known = known(producerId, nowMs);
        if (known == null && baseSequence > 0 && nowMs < strangersBeginAtZeroUntilMs) {
            throw new LogException.OutOfOrderSequence(
                    "producer " + producerId + " is not known here and comes with sequence "
                            + baseSequence
                            + " to a leader that is new: its first batches may be on their way to the former one, so"
                            + " send them again first");
        }
        StoredBatch duplicate = SequenceCheck.check(known, producerId, epoch, baseSequence, lastSequence);
        if (duplicate != null) {
            return new Checked(new StoredOffsets(duplicate.baseOffset(), duplicate.lastOffset()), null);
        }
        return new Checked(null, update(batches, at, baseOffset, nowMs));
    }

    /** This replica begins to lead under a new epoch. */
    public void leaderEpochBegan(long nowMs) {
        strangersBeginAtZeroUntilMs = nowMs + STRANGERS_BEGIN_AT_ZERO_MS;
    }

    /** Remembers a batch without checking it: recovery, replication, and what the node itself writes. */
    public Undo update(ByteBuffer batches, int at, long baseOffset, long nowMs) {
        long producerId = BatchHeader.producerId(batches, at);
        if (producerId < 0) {
            return null;
        }
        short epoch = BatchHeader.producerEpoch(batches, at);
        ProducerState known = known(producerId, nowMs);
        ProducerState before = known != null ? known : new ProducerState(producerId, epoch, nowMs, List.of());
        ProducerState after;
        if (BatchHeader.isControl(batches, at) || BatchHeader.baseSequence(batches, at) < 0) {
            after = before.withMarker(epoch, nowMs);
        } else {
            int delta = BatchHeader.lastOffsetDelta(batches, at);
            int baseSequence = BatchHeader.baseSequence(batches, at);
            after = before.with(
                    epoch,
                    new StoredBatch(
                            baseSequence, SequenceCheck.plus(baseSequence, delta), baseOffset, baseOffset + delta),
                    nowMs);
        }
        put(after);
        if (producers.size() > PRODUCERS_MAX) {
            forgetOldest();
        }
        return new Undo(producerId, known);
    }

    /** Takes a batch back. Several are taken back newest first. */
    public void undo(Undo undo) {
        if (undo.before() == null) {
            producers.remove(undo.producerId());
        } else {
            put(undo.before());
        }
    }

    /** Forgets producers that have been silent for too long. */
    public void expire(long nowMs) {
        if (producers == null) {
            return;
        }
        producers.values().removeIf(state -> isExpired(state, nowMs));
        if (producers.isEmpty()) {
            producers = null;
        }
    }

    public int size() {
        return producers == null ? 0 : producers.size();
    }

    /** The states at this moment; they are immutable, so another thread may write them down. */
    public ProducerSnapshot snapshot(long offset) {
        return new ProducerSnapshot(offset, producers == null ? List.of() : new ArrayList<>(producers.values()));
    }

    /** Where each producer is, for whoever must not lose its last sequence. */
    public Map<Long, ProducerEnd> ends() {
        if (producers == null) {
            return Map.of();
        }
        Map<Long, ProducerEnd> ends = new HashMap<>();
        producers.forEach((id, state) -> {
            List<StoredBatch> batches = state.batches();
            long last = batches.isEmpty()
                    ? ProducerEnd.MARKER_ONLY
                    : batches.get(batches.size() - 1).lastOffset();
            ends.put(id, new ProducerEnd(state.producerEpoch(), last));
        });
        return ends;
    }

    /** Replaces everything with what a snapshot says. */
    public void load(ProducerSnapshot snapshot) {
        producers = null;
        snapshot.producers().forEach(this::put);
    }

    private ProducerState known(long producerId, long nowMs) {
        ProducerState state = producers == null ? null : producers.get(producerId);
        return state == null || isExpired(state, nowMs) ? null : state;
    }

    private boolean isExpired(ProducerState state, long nowMs) {
        return expirationMs > 0 && nowMs - state.lastWriteMs() > expirationMs;
    }

    private void put(ProducerState state) {
        if (producers == null) {
            producers = new LinkedHashMap<>();
        }
        producers.remove(state.producerId());
        producers.put(state.producerId(), state);
    }

    private void forgetOldest() {
        Iterator<ProducerState> oldest = producers.values().iterator();
        oldest.next();
        oldest.remove();
    }
}
