package io.millrace.cluster.transaction;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import java.util.HashSet;
import java.util.Set;

/**
 * What is known of a transactional id. Immutable: each transition makes the next one, which counts once it is in the log.
 *
 * @param transactionalId what the producer calls itself
 * @param producerId its present id
 * @param previousProducerId the id before, if its epochs were used up, else -1
 * @param nextProducerId the id after the transaction that is being completed, if the epochs are used up by it, else -1
 * @param epoch of the producer; -1 before the first
 * @param lastEpoch the epoch before that, while the producer that had it may still ask again; else -1
 * @param timeoutMs after which the transaction is aborted
 * @param state see {@link TransactionState}
 * @param partitions of the transaction
 * @param startMs when the transaction began, -1 outside of one
 * @param updatedMs when this came to be
 * @param version the producer's {@code transaction.version}: from 2 on it has an epoch for each transaction (KIP-890)
 */
public record TransactionMetadata(
        String transactionalId,
        long producerId,
        long previousProducerId,
        long nextProducerId,
        short epoch,
        short lastEpoch,
        int timeoutMs,
        TransactionState state,
        Set<TransactionPartition> partitions,
        long startMs,
        long updatedMs,
        int version) {

    /** From this version on a producer gets a new epoch with each transaction. */
    public static final int EPOCH_PER_TRANSACTION = 2;

    private static final long NO_TIME = -1;

    public TransactionMetadata {
        partitions = Set.copyOf(partitions);
    }

    /** An id that nobody used before. */
    static TransactionMetadata created(String transactionalId, long producerId, int timeoutMs, long nowMs) {
        return new TransactionMetadata(
                transactionalId,
                producerId,
                ProducerIdentity.NO_ID,
                ProducerIdentity.NO_ID,
                ProducerIdentity.NO_EPOCH,
                ProducerIdentity.NO_EPOCH,
                timeoutMs,
                TransactionState.EMPTY,
                Set.of(),
                NO_TIME,
                nowMs,
                0);
    }

    ProducerIdentity identity() {
        return new ProducerIdentity(producerId, epoch);
    }

    /** Who the producer is when the transaction is completed. */
    ProducerIdentity identityAfterCompletion() {
        return nextProducerId == ProducerIdentity.NO_ID ? identity() : new ProducerIdentity(nextProducerId, (short) 0);
    }

    boolean hasEpochPerTransaction() {
        return version >= EPOCH_PER_TRANSACTION;
    }

    boolean isExhausted() {
        return ProducerIdentity.isExhausted(epoch);
    }

    boolean isTimedOut(long nowMs) {
        return state == TransactionState.ONGOING && nowMs - startMs > timeoutMs;
    }

    /** Whether an id without a transaction has been silent for so long. */
    boolean isExpired(long nowMs, long expirationMs) {
        boolean idle = state == TransactionState.EMPTY
                || state == TransactionState.COMPLETE_COMMIT
                || state == TransactionState.COMPLETE_ABORT;
        return idle && nowMs - updatedMs > expirationMs;
    }

    /** Whether a producer may go on under this id, as far as the id says (KIP-360). */
    boolean mayContinue(ProducerIdentity expected) {
        return expected.producerId() == ProducerIdentity.NO_ID
                || epoch == ProducerIdentity.NO_EPOCH
                || expected.producerId() == producerId
                || expected.producerId() == previousProducerId && ProducerIdentity.isExhausted(expected.epoch());
    }

    /**
     * A producer begins: with a new epoch, or, when it only asks again, with the one that it was given.
     *
     * @throws MillraceException PRODUCER_FENCED when another one has begun since
     */
    TransactionMetadata begun(int newTimeoutMs, ProducerIdentity expected, long nowMs) {
        short next = (short) (epoch + 1);
        if (expected.epoch() == ProducerIdentity.NO_EPOCH) {
            return empty(producerId, previousProducerId, next, ProducerIdentity.NO_EPOCH, newTimeoutMs, nowMs);
        }
        if (epoch == ProducerIdentity.NO_EPOCH || expected.epoch() == epoch) {
            return empty(producerId, previousProducerId, next, epoch, newTimeoutMs, nowMs);
        }
        if (expected.epoch() == lastEpoch) {
            return empty(producerId, previousProducerId, epoch, lastEpoch, newTimeoutMs, nowMs);
        }
        throw fenced(expected.epoch());
    }

    /** A producer begins under another id, because the epochs of the last one are used up. */
    TransactionMetadata begunAs(long newProducerId, int newTimeoutMs, boolean asksForMore, long nowMs) {
        return empty(
                newProducerId,
                producerId,
                (short) 0,
                asksForMore ? epoch : ProducerIdentity.NO_EPOCH,
                newTimeoutMs,
                nowMs);
    }

    private TransactionMetadata empty(
            long id, long previous, short newEpoch, short newLast, int newTimeoutMs, long nowMs) {
        return new TransactionMetadata(
                transactionalId,
                id,
                previous,
                ProducerIdentity.NO_ID,
                newEpoch,
                newLast,
                newTimeoutMs,
                TransactionState.EMPTY,
                Set.of(),
                NO_TIME,
                nowMs,
                version);
    }

    TransactionMetadata withPartitions(Set<TransactionPartition> added, int clientVersion, long nowMs) {
        Set<TransactionPartition> all = new HashSet<>(added);
        boolean goesOn = state == TransactionState.ONGOING;
        if (goesOn) {
            all.addAll(partitions);
        }
        return new TransactionMetadata(
                transactionalId,
                producerId,
                previousProducerId,
                ProducerIdentity.NO_ID,
                epoch,
                lastEpoch,
                timeoutMs,
                TransactionState.ONGOING,
                all,
                goesOn ? startMs : nowMs,
                nowMs,
                clientVersion);
    }

    /**
     * The outcome is decided. A producer with an epoch for each transaction gets the next one by this.
     *
     * @param newProducerId the id to go on with when the epochs are used up by this, else -1
     */
    TransactionMetadata ended(boolean commit, int clientVersion, long newProducerId, long nowMs) {
        boolean bump = clientVersion >= EPOCH_PER_TRANSACTION;
        return prepared(
                commit,
                bump ? (short) (epoch + 1) : epoch,
                bump ? epoch : lastEpoch,
                newProducerId,
                clientVersion,
                nowMs);
    }

    /** The transaction is taken away from its producer, who is fenced: nobody is told of the new epoch. */
    TransactionMetadata fenced(long nowMs) {
        short next = epoch == Short.MAX_VALUE ? epoch : (short) (epoch + 1);
        return prepared(false, next, ProducerIdentity.NO_EPOCH, ProducerIdentity.NO_ID, version, nowMs);
    }

    private TransactionMetadata prepared(
            boolean commit, short newEpoch, short newLast, long newProducerId, int clientVersion, long nowMs) {
        return new TransactionMetadata(
                transactionalId,
                producerId,
                previousProducerId,
                newProducerId,
                newEpoch,
                newLast,
                timeoutMs,
                commit ? TransactionState.PREPARE_COMMIT : TransactionState.PREPARE_ABORT,
                state == TransactionState.ONGOING ? partitions : Set.of(),
                state == TransactionState.ONGOING ? startMs : nowMs,
                nowMs,
                clientVersion);
    }

    /** All partitions have their marker. */
    TransactionMetadata completed(long nowMs) {
        boolean newId = nextProducerId != ProducerIdentity.NO_ID;
        return new TransactionMetadata(
                transactionalId,
                newId ? nextProducerId : producerId,
                newId ? producerId : previousProducerId,
                ProducerIdentity.NO_ID,
                newId ? 0 : epoch,
                newId ? epoch : lastEpoch,
                timeoutMs,
                state == TransactionState.PREPARE_COMMIT
                        ? TransactionState.COMPLETE_COMMIT
                        : TransactionState.COMPLETE_ABORT,
                Set.of(),
                startMs,
                nowMs,
                version);
    }

    MillraceException fenced(short askedEpoch) {
        return new MillraceException(
                ErrorCode.PRODUCER_FENCED,
                "A newer producer uses the transactional id '" + transactionalId + "': epoch " + askedEpoch
                        + " may not go on, the present one is " + epoch);
    }
}
