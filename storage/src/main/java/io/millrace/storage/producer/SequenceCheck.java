package io.millrace.storage.producer;

import io.millrace.storage.LogException;
import io.millrace.storage.producer.ProducerState.StoredBatch;

/**
 * The rules for sequences of idempotent producers: a batch continues the one before it, or is one of the last five again, or is
 * refused. Sequences wrap from 2^31-1 to 0.
 */
final class SequenceCheck {

    private SequenceCheck() {}

    /** The sequence that lies {@code count} after another. */
    static int plus(int sequence, int count) {
        return (int) (((long) sequence + count) & Integer.MAX_VALUE);
    }

    /**
     * Checks a batch against what is known of its producer.
     *
     * @param known null for a producer that is not known (any more): it is accepted at any sequence
     * @return the stored batch that this one repeats, or null when it is new
     */
    static StoredBatch check(ProducerState known, long producerId, short epoch, int baseSequence, int lastSequence) {
        if (known == null) {
            return null;
        }
        if (epoch < known.producerEpoch()) {
            throw new LogException.ProducerFenced("producer " + producerId + " writes under epoch " + epoch
                    + ", but a newer incarnation has epoch " + known.producerEpoch() + ": only that one may write");
        }
        if (epoch > known.producerEpoch()) {
            if (baseSequence != 0) {
                throw new LogException.OutOfOrderSequence("producer " + producerId + " begins epoch " + epoch
                        + " with sequence " + baseSequence + " instead of 0: records before it are missing");
            }
            return null;
        }
        if (known.batches().isEmpty()) {
            return null;
        }
        for (StoredBatch stored : known.batches()) {
            if (stored.baseSequence() == baseSequence && stored.lastSequence() == lastSequence) {
                return stored;
            }
        }
        int last = known.batches().get(known.batches().size() - 1).lastSequence();
        int expected = plus(last, 1);
        if (baseSequence == expected) {
            return null;
        }
        if (isBefore(lastSequence, known.batches().get(0).baseSequence())
                && known.batches().size() == ProducerState.BATCHES_MAX) {
            throw new LogException.DuplicateSequence("sequence " + baseSequence + " of producer " + producerId
                    + " was stored before, so long ago that its offset is not known any more");
        }
        throw new LogException.OutOfOrderSequence("producer " + producerId + " sent sequence " + baseSequence
                + ", expected " + expected + ": records between them are missing or came out of order");
    }

    /** Whether a sequence comes before another, across the wrap. */
    private static boolean isBefore(int sequence, int other) {
        return ((other - sequence) & Integer.MAX_VALUE) < 1 << 30 && sequence != other;
    }
}
