package io.millrace.cluster.transaction;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;

/** What a wish to end a transaction means in the state that its id is in. */
enum EndDecision {
    /** It is to be ended. */
    END,
    /** It was ended like that before, or has nothing to end. */
    DONE;

    /**
     * Decides.
     *
     * @throws MillraceException INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, CONCURRENT_TRANSACTIONS, or INVALID_TXN_STATE when it was
     *     ended in the other way
     */
    static EndDecision of(
            TransactionMetadata present, ProducerIdentity producer, boolean commit, int version, boolean pending) {
        boolean bumps = version >= TransactionMetadata.EPOCH_PER_TRANSACTION;
        boolean repeats = bumps && !pending && present.hasEpochPerTransaction() && repeats(present, producer);
        if (present.producerId() != producer.producerId() && !repeats) {
            throw new MillraceException(
                    ErrorCode.INVALID_PRODUCER_ID_MAPPING,
                    "The transactional id '" + present.transactionalId() + "' has producer id " + present.producerId()
                            + ", not " + producer.producerId());
        }
        if (present.epoch() != producer.epoch() && !repeats) {
            throw present.fenced(producer.epoch());
        }
        if (pending) {
            throw TransactionCoordinator.concurrent(present.transactionalId());
        }
        return switch (present.state()) {
            case ONGOING -> {
                if (repeats) {
                    throw present.fenced(producer.epoch());
                }
                yield END;
            }
            case PREPARE_COMMIT, PREPARE_ABORT -> {
                if (repeats || !bumps) {
                    requireSame(present, commit, TransactionState.PREPARE_COMMIT);
                }
                // Else it is the end of the next transaction, which nothing was added to yet.
                throw TransactionCoordinator.concurrent(present.transactionalId());
            }
            case COMPLETE_COMMIT, COMPLETE_ABORT -> {
                if (repeats || !bumps) {
                    requireSame(present, commit, TransactionState.COMPLETE_COMMIT);
                    yield DONE;
                }
                if (commit) {
                    throw invalid(present, true);
                }
                // Nothing was added since; the producer may have sent something all the same, and wants another epoch.
                yield END;
            }
            case EMPTY -> {
                if (repeats) {
                    throw present.fenced(producer.epoch());
                }
                yield bumps && !commit ? END : DONE;
            }
            case DEAD, PREPARE_EPOCH_FENCE -> throw invalid(present, commit);
        };
    }

    /** Whether this is what gave the producer its present epoch, once more: the answer did not reach it. */
    private static boolean repeats(TransactionMetadata present, ProducerIdentity producer) {
        return present.producerId() == producer.producerId()
                ? producer.epoch() == present.epoch() - 1
                : present.previousProducerId() == producer.producerId()
                        && producer.epoch() == Short.MAX_VALUE - 1
                        && present.epoch() == 0;
    }

    private static void requireSame(TransactionMetadata present, boolean commit, TransactionState ofCommit) {
        if (commit != (present.state() == ofCommit)) {
            throw invalid(present, commit);
        }
    }

    private static MillraceException invalid(TransactionMetadata present, boolean commit) {
        return new MillraceException(
                ErrorCode.INVALID_TXN_STATE,
                "The transaction of '" + present.transactionalId() + "' cannot be "
                        + (commit ? "committed" : "aborted") + " in state "
                        + present.state().kafkaName());
    }
}
