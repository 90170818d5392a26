package io.millrace.storage.producer;

import io.millrace.storage.batch.ControlMarker;
import java.util.ArrayList;
import java.util.List;

/**
 * What a log knows of one producer. Immutable: a change that has to be undone is undone by putting the old one back.
 *
 * @param producerId identity
 * @param producerEpoch incarnation; older ones are fenced
 * @param lastWriteMs when it last wrote, for expiry
 * @param batches its newest batches under this epoch, oldest first; empty after a transaction marker began an epoch
 * @param coordinatorEpoch of the last transaction marker, {@link io.millrace.storage.batch.ControlMarker#NO_COORDINATOR_EPOCH} before one
 * @param transactionStart first offset of its open transaction, {@link #NO_TRANSACTION} when there is none
 */
public record ProducerState(
        long producerId,
        short producerEpoch,
        long lastWriteMs,
        List<StoredBatch> batches,
        int coordinatorEpoch,
        long transactionStart) {

    /** {@link #transactionStart} outside of a transaction. */
    public static final long NO_TRANSACTION = -1;

    /** As many batches as a Kafka producer has in flight at most when it is idempotent. */
    static final int BATCHES_MAX = 5;

    public ProducerState {
        batches = List.copyOf(batches);
    }

    /** A batch that is in the log. */
    public record StoredBatch(int baseSequence, int lastSequence, long baseOffset, long lastOffset) {}

    /** A producer that is not known yet. */
    static ProducerState begin(long producerId, short epoch, long nowMs) {
        return new ProducerState(
                producerId, epoch, nowMs, List.of(), ControlMarker.NO_COORDINATOR_EPOCH, NO_TRANSACTION);
    }

    /** Whether it is in a transaction here. */
    public boolean isInTransaction() {
        return transactionStart != NO_TRANSACTION;
    }

    /** The sequence of its newest record under this epoch, -1 when there is none. */
    public int lastSequence() {
        return batches.isEmpty() ? -1 : batches.get(batches.size() - 1).lastSequence();
    }

    /** This state in a transaction that begins with a batch, if it is in none. */
    ProducerState inTransactionFrom(long offset) {
        return isInTransaction()
                ? this
                : new ProducerState(producerId, producerEpoch, lastWriteMs, batches, coordinatorEpoch, offset);
    }

    /** This state after a batch of the same or a newer epoch. */
    ProducerState with(short epoch, StoredBatch batch, long nowMs) {
        if (epoch != producerEpoch) {
            return new ProducerState(producerId, epoch, nowMs, List.of(batch), coordinatorEpoch, transactionStart);
        }
        List<StoredBatch> next = new ArrayList<>(batches);
        if (next.size() == BATCHES_MAX) {
            next.remove(0);
        }
        next.add(batch);
        return new ProducerState(producerId, epoch, nowMs, next, coordinatorEpoch, transactionStart);
    }

    /** This state after a control batch: outside of a transaction. */
    ProducerState withMarker(short epoch, int coordinator, long nowMs) {
        return new ProducerState(
                producerId,
                epoch,
                nowMs,
                epoch == producerEpoch ? batches : List.of(),
                Math.max(coordinator, coordinatorEpoch),
                NO_TRANSACTION);
    }

    /** This state after a batch without a sequence, which the node itself wrote. */
    ProducerState withoutSequence(short epoch, long nowMs) {
        return new ProducerState(
                producerId,
                epoch,
                nowMs,
                epoch == producerEpoch ? batches : List.of(),
                coordinatorEpoch,
                transactionStart);
    }
}
