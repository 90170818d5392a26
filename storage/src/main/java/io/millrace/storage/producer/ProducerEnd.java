package io.millrace.storage.producer;

/**
 * Where a producer is in a log.
 *
 * @param producerEpoch its newest incarnation
 * @param lastOffset last offset of its newest batch under that epoch, or {@link #MARKER_ONLY}
 */
public record ProducerEnd(short producerEpoch, long lastOffset) {

    /** Under the epoch there is a transaction marker, and no batch. */
    public static final long MARKER_ONLY = -1;
}
