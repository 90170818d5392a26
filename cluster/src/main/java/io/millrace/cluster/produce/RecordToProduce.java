package io.millrace.cluster.produce;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.NewRecord;

/**
 * A record and where it is to go, or why it is none.
 *
 * @param partition -1 when its key decides, or, without a key, the idempotency key, or, without that, whose turn it is
 * @param record null when there is a refusal
 * @param refusal what was found to be wrong with it before; it keeps its place in the request. Null when there is a record
 */
public record RecordToProduce(int partition, NewRecord record, MillraceException refusal) {

    public static final int ANY_PARTITION = -1;

    public static RecordToProduce of(int partition, NewRecord record) {
        return new RecordToProduce(partition, record, null);
    }

    public static RecordToProduce refused(MillraceException refusal) {
        return new RecordToProduce(ANY_PARTITION, null, refusal);
    }
}
