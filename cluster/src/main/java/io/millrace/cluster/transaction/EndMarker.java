package io.millrace.cluster.transaction;

/**
 * What ends a transaction in its partitions.
 *
 * @param coordinatorEpoch the reign of the coordinator that says so
 * @param committed whether it is committed, else aborted
 * @param version {@code transaction.version} of the producer: from 2 on an epoch belongs to one transaction
 */
public record EndMarker(long producerId, short producerEpoch, int coordinatorEpoch, boolean committed, int version) {

    boolean isStrict() {
        return version >= TransactionMetadata.EPOCH_PER_TRANSACTION;
    }
}
