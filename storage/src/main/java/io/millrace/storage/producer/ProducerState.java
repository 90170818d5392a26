package io.millrace.storage.producer;

import java.util.ArrayList;
import java.util.List;

/**
 * What a log knows of one producer. Immutable: a change that has to be undone is undone by putting the old one back.
 *
 * @param producerId identity
 * @param producerEpoch incarnation; older ones are fenced
 * @param lastWriteMs when it last wrote, for expiry
 * @param batches its newest batches under this epoch, oldest first; empty after a transaction marker began an epoch
 */
public record ProducerState(long producerId, short producerEpoch, long lastWriteMs, List<StoredBatch> batches) {

    /** As many batches as a Kafka producer has in flight at most when it is idempotent. */
    static final int BATCHES_MAX = 5;

    public ProducerState {
        batches = List.copyOf(batches);
    }

    /** A batch that is in the log. */
    public record StoredBatch(int baseSequence, int lastSequence, long baseOffset, long lastOffset) {}

    /** This state after a batch of the same or a newer epoch. */
    ProducerState with(short epoch, StoredBatch batch, long nowMs) {
        if (epoch != producerEpoch) {
            return new ProducerState(producerId, epoch, nowMs, List.of(batch));
        }
        List<StoredBatch> next = new ArrayList<>(batches);
        if (next.size() == BATCHES_MAX) {
            next.remove(0);
        }
        next.add(batch);
        return new ProducerState(producerId, epoch, nowMs, next);
    }

    /** This state after a transaction marker. */
    ProducerState withMarker(short epoch, long nowMs) {
        return new ProducerState(producerId, epoch, nowMs, epoch == producerEpoch ? batches : List.of());
    }
}
