package io.millrace.cluster.produce;

/**
 * What became of one record.
 *
 * @param partition where it is; -1 when it is not stored
 * @param offset where it is; -1 when it is not stored, or nobody waited to hear
 * @param timestampMs its timestamp, -1 when that is not known
 * @param replayed whether it was stored by an earlier request with the same idempotency key
 * @param failure why it is not stored, or not known to be; null when it is. A {@link io.millrace.cluster.error.MillraceException} unless
 *     something happened that must not
 */
public record ProducedRecord(int partition, long offset, long timestampMs, boolean replayed, Throwable failure) {

    public static ProducedRecord stored(int partition, long offset, long timestampMs, boolean replayed) {
        return new ProducedRecord(partition, offset, timestampMs, replayed, null);
    }

    public static ProducedRecord failed(Throwable failure) {
        return new ProducedRecord(-1, -1, -1, false, failure);
    }

    public boolean isStored() {
        return failure == null;
    }
}
