package io.millrace.storage.compaction;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.ControlMarker;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the fate of transactions from the log itself: which were aborted, and from where on it is not known yet. Sees the
 * headers of all batches from the first dirty offset to the log end, in order. What was compacted before needs no look: aborted
 * records are gone from there.
 */
final class TransactionScan {

    /** Aborted and open transactions that are remembered in one go; what comes after them waits for the next compaction. */
    static final int TRANSACTIONS_MAX = 100_000;

    private final AbortedTransactions aborted = new AbortedTransactions();

    /** First offset of the transaction that a producer has open. */
    private final Map<Long, Long> open = new HashMap<>();

    private long scannedTo = Long.MAX_VALUE;

    /**
     * Notes a batch.
     *
     * @param markerType of a control batch: see {@link ControlMarker#typeOf}; else ignored
     * @return false when there are too many transactions: the rest is not looked at
     */
    boolean add(ByteBuffer buffer, int at, int markerType) {
        long producerId = BatchHeader.producerId(buffer, at);
        if (producerId < 0) {
            return true;
        }
        if (BatchHeader.isControl(buffer, at)) {
            if (markerType == ControlMarker.ABORT || markerType == ControlMarker.COMMIT) {
                Long first = open.remove(producerId);
                if (first != null && markerType == ControlMarker.ABORT) {
                    aborted.add(producerId, first, BatchHeader.lastOffset(buffer, at));
                }
            }
        } else if (BatchHeader.isTransactional(buffer, at)) {
            if (aborted.size() + open.size() >= TRANSACTIONS_MAX && !open.containsKey(producerId)) {
                scannedTo = BatchHeader.baseOffset(buffer, at);
                return false;
            }
            open.putIfAbsent(producerId, BatchHeader.baseOffset(buffer, at));
        }
        return true;
    }

    AbortedTransactions aborted() {
        return aborted;
    }

    /** Every record below it is known to be committed, aborted, or in no transaction. */
    long decidedBelow() {
        return open.isEmpty() ? scannedTo : Math.min(scannedTo, Collections.min(open.values()));
    }
}
