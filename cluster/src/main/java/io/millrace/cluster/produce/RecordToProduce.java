package io.millrace.cluster.produce;

import io.millrace.cluster.record.NewRecord;

/**
 * A record and where it is to go.
 *
 * @param partition -1 when its key decides, or, without a key, the idempotency key, or, without that, whose turn it is
 */
public record RecordToProduce(int partition, NewRecord record) {

    public static final int ANY_PARTITION = -1;
}
