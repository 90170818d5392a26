package io.millrace.server.http.produce;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.NewRecord;

/**
 * One record of a request, or why it is none.
 *
 * @param partition the partition it names, -1 when its key decides
 * @param record null when there is a problem
 * @param problem null when there is a record
 */
record PendingRecord(int partition, NewRecord record, MillraceException problem) {

    static PendingRecord of(int partition, NewRecord record) {
        return new PendingRecord(partition, record, null);
    }

    static PendingRecord refused(MillraceException problem) {
        return new PendingRecord(-1, null, problem);
    }
}
