package io.millrace.storage.producer;

import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.ControlMarker;
import io.millrace.storage.producer.ProducerState.StoredBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

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
    private final LogTransactions transactions = new LogTransactions();
    private final TransactionTickets tickets = new TransactionTickets();
    private final LongSupplier monotonicNanos;

    /** Whether a leader epoch began in this process, and when: not by the clock of the wall, which may jump. */
    private boolean leads;

    private long leadsSinceNanos;

    public ProducerStateManager(long expirationMs) {
        this(expirationMs, System::nanoTime);
    }

    /** @param monotonicNanos a clock that never jumps */
    ProducerStateManager(long expirationMs, LongSupplier monotonicNanos) {
        this.expirationMs = expirationMs;
        this.monotonicNanos = monotonicNanos;
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

    /**
     * A state as it was before a batch; null state: was not known.
     *
     * @param opened first offset of the transaction that the batch began, or -1
     * @param closed first offset of the transaction that the batch ended, or -1
     * @param marker offset of the marker that ended it
     */
    public record Undo(long producerId, ProducerState before, long opened, long closed, long marker) {}

    /**
     * Checks the batch at a position, which would get {@code baseOffset}, and remembers it.
     *
     * @throws LogException.OutOfOrderSequence and others, see {@link SequenceCheck}
     */
    public Checked checkAndUpdate(ByteBuffer batches, int at, long baseOffset, long nowMs) {
        return checkAndUpdate(batches, at, baseOffset, nowMs, null);
    }

    /**
     * As above.
     *
     * @param ticket for a batch that belongs to a transaction; null for another
     * @throws LogException.InvalidTransactionState when a batch of a transaction comes without a valid ticket, or one without a transaction
     *     in the middle of one
     */
    public Checked checkAndUpdate(ByteBuffer batches, int at, long baseOffset, long nowMs, TransactionTicket ticket) {
        long producerId = BatchHeader.producerId(batches, at);
        if (producerId < 0) {
            return Checked.NOTHING;
        }
        short epoch = BatchHeader.producerEpoch(batches, at);
        int baseSequence = BatchHeader.baseSequence(batches, at);
        int lastSequence = SequenceCheck.plus(baseSequence, BatchHeader.lastOffsetDelta(batches, at));
        ProducerState known = known(producerId, nowMs);
        if (known == null && baseSequence > 0 && strangersBeginAtZero()) {
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
        checkTransaction(batches, at, known, ticket);
        return new Checked(null, update(batches, at, baseOffset, nowMs));
    }

    private void checkTransaction(ByteBuffer batches, int at, ProducerState known, TransactionTicket ticket) {
        long producerId = BatchHeader.producerId(batches, at);
        boolean open = known != null && known.isInTransaction();
        if (!BatchHeader.isTransactional(batches, at)) {
            if (open) {
                throw new LogException.InvalidTransactionState(
                        "producer " + producerId
                                + " has a transaction open and sent a batch that does not belong to it: end the transaction first");
            }
            return;
        }
        if (ticket == null || !ticket.permits(producerId, BatchHeader.producerEpoch(batches, at))) {
            throw new LogException.InvalidTransactionState("a batch of producer " + producerId
                    + " belongs to a transaction that was ended, or never included this partition: nothing was stored");
        }
        int baseSequence = BatchHeader.baseSequence(batches, at);
        if (ticket.beginsAtZero()
                && baseSequence != 0
                && (known == null || known.batches().isEmpty())) {
            throw new LogException.OutOfOrderSequence("producer " + producerId + " begins with sequence " + baseSequence
                    + " instead of 0: records before it are missing");
        }
        if (!open && transactions.isFull()) {
            throw new LogException.Overloaded("the log has " + LogTransactions.ABORTED_MAX
                    + " aborted transactions, as many as are remembered: nothing was stored. Retention or compaction"
                    + " makes room.");
        }
    }

    /**
     * Checks a transaction marker that a coordinator sends.
     *
     * @param strictly whether every transaction has an epoch of its own, so that a marker of the epoch of the open one is an old one
     * @throws LogException.ProducerFenced when the producer has a newer epoch
     * @throws LogException.CoordinatorFenced when a newer coordinator has sent markers
     */
    public void checkMarker(ByteBuffer batches, int at, boolean strictly, long nowMs) {
        long producerId = BatchHeader.producerId(batches, at);
        short epoch = BatchHeader.producerEpoch(batches, at);
        ProducerState known = known(producerId, nowMs);
        if (known == null) {
            return;
        }
        if (epoch < known.producerEpoch() || strictly && known.isInTransaction() && epoch == known.producerEpoch()) {
            throw new LogException.ProducerFenced("a transaction marker for producer " + producerId + " has epoch "
                    + epoch + ", but it writes under epoch " + known.producerEpoch() + ": the marker is an old one");
        }
        int coordinator = ControlMarker.coordinatorEpochOf(batches, at);
        if (coordinator < known.coordinatorEpoch()) {
            throw new LogException.CoordinatorFenced("a transaction marker for producer " + producerId
                    + " comes from a coordinator of epoch " + coordinator + ", after one of epoch "
                    + known.coordinatorEpoch());
        }
    }

    /** This replica begins to lead under a new epoch. */
    public void leaderEpochBegan() {
        tickets.revokeAll();
        leads = true;
        leadsSinceNanos = monotonicNanos.getAsLong();
    }

    private boolean strangersBeginAtZero() {
        return leads
                && monotonicNanos.getAsLong() - leadsSinceNanos
                        < TimeUnit.MILLISECONDS.toNanos(STRANGERS_BEGIN_AT_ZERO_MS);
    }

    /** Remembers a batch without checking it: recovery, replication, and what the node itself writes. */
    public Undo update(ByteBuffer batches, int at, long baseOffset, long nowMs) {
        long producerId = BatchHeader.producerId(batches, at);
        if (producerId < 0) {
            return null;
        }
        short epoch = BatchHeader.producerEpoch(batches, at);
        ProducerState known = known(producerId, nowMs);
        ProducerState before = known != null ? known : ProducerState.begin(producerId, epoch, nowMs);
        ProducerState after;
        long opened = -1;
        long closed = -1;
        if (BatchHeader.isControl(batches, at)) {
            int type = ControlMarker.typeOf(batches, at);
            if (type == ControlMarker.COMMIT || type == ControlMarker.ABORT) {
                tickets.revoke(producerId, epoch);
                after = before.withMarker(epoch, ControlMarker.coordinatorEpochOf(batches, at), nowMs);
                if (before.isInTransaction()) {
                    closed = before.transactionStart();
                    transactions.completed(producerId, closed, baseOffset, type == ControlMarker.COMMIT);
                }
            } else {
                after = before.withoutSequence(epoch, nowMs);
            }
        } else if (BatchHeader.baseSequence(batches, at) < 0) {
            after = before.withoutSequence(epoch, nowMs);
        } else {
            int delta = BatchHeader.lastOffsetDelta(batches, at);
            int baseSequence = BatchHeader.baseSequence(batches, at);
            after = before.with(
                    epoch,
                    new StoredBatch(
                            baseSequence, SequenceCheck.plus(baseSequence, delta), baseOffset, baseOffset + delta),
                    nowMs);
        }
        // What compaction left of an aborted one has no records, and no marker perhaps.
        boolean mayOpen = BatchHeader.isTransactional(batches, at)
                && !BatchHeader.isControl(batches, at)
                && BatchHeader.recordsCount(batches, at) > 0;
        if (mayOpen && !after.isInTransaction()) {
            opened = baseOffset;
            after = after.inTransactionFrom(baseOffset);
            transactions.opened(baseOffset);
        }
        put(after);
        if (producers.size() > PRODUCERS_MAX) {
            forgetOldest();
        }
        return new Undo(producerId, known, opened, closed, baseOffset);
    }

    /** Takes a batch back. Several are taken back newest first. */
    public void undo(Undo undo) {
        if (undo.opened() >= 0) {
            transactions.undoOpened(undo.opened());
        }
        if (undo.closed() >= 0) {
            transactions.undoCompleted(undo.closed(), undo.marker());
        }
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
        return new ProducerSnapshot(
                offset,
                producers == null ? List.of() : new ArrayList<>(producers.values()),
                transactions.completed(),
                transactions.aborted());
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

    /** The log was cut: until {@link #rebuilt} its readers are told of nothing as decided. */
    public void rebuilding() {
        transactions.rebuilding();
    }

    /** The state is that of the log again. */
    public void rebuilt() {
        transactions.rebuilt();
    }

    /** Replaces everything with what a snapshot says. */
    public void load(ProducerSnapshot snapshot) {
        producers = null;
        transactions.load(snapshot);
        snapshot.producers().forEach(state -> {
            put(state);
            if (state.isInTransaction()) {
                transactions.opened(state.transactionStart());
            }
        });
    }

    /** Whether nothing has to be written down. */
    public boolean isEmpty() {
        return producers == null && transactions.isEmpty();
    }

    /** The transactions of the log, for its readers. */
    public LogTransactions transactions() {
        return transactions;
    }

    /** Who may write to transactions of this log. */
    public TransactionTickets tickets() {
        return tickets;
    }

    /** Records below an offset are not readable any more. */
    public void forgetBelow(long logStartOffset) {
        transactions.forgetBelow(logStartOffset);
    }

    /** What is known of each producer. */
    public List<ProducerState> states() {
        return producers == null ? List.of() : List.copyOf(producers.values());
    }

    private ProducerState known(long producerId, long nowMs) {
        ProducerState state = producers == null ? null : producers.get(producerId);
        return state == null || isExpired(state, nowMs) ? null : state;
    }

    private boolean isExpired(ProducerState state, long nowMs) {
        // Who forgets an open transaction forgets also that it has to be ended.
        return !state.isInTransaction() && expirationMs > 0 && nowMs - state.lastWriteMs() > expirationMs;
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
        while (oldest.hasNext()) {
            if (!oldest.next().isInTransaction()) {
                oldest.remove();
                return;
            }
        }
    }
}
