package io.millrace.cluster.record;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Builds the control batches that end transactions (KIP-98). */
public final class TransactionMarkers {

    private static final int NO_LEADER_EPOCH = -1;

    private TransactionMarkers() {}

    /** A marker, ready for {@link io.millrace.storage.PartitionLog#appendMarker}. */
    public static ByteBuffer batch(
            long producerId, short producerEpoch, int coordinatorEpoch, boolean committed, long nowMs) {
        ControlRecordType type = committed ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        return MemoryRecords.withEndTransactionMarker(
                        0,
                        nowMs,
                        NO_LEADER_EPOCH,
                        producerId,
                        producerEpoch,
                        new EndTransactionMarker(type, coordinatorEpoch))
                .buffer();
    }
}
