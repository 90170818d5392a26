package io.millrace.cluster.share;

/**
 * Records that a member was given.
 *
 * @param deliveryCount how often they have been given now
 */
public record AcquiredRecords(long firstOffset, long lastOffset, int deliveryCount) {

    long count() {
        return lastOffset - firstOffset + 1;
    }
}
