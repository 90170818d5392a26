package io.millrace.server.http.produce;

import io.millrace.cluster.partition.RecordAppender.AppendedRecord;

/**
 * What became of one record.
 *
 * @param stored where it is, or null
 * @param failure why it is not, or null
 */
record RecordOutcome(AppendedRecord stored, Throwable failure) {

    static RecordOutcome stored(AppendedRecord stored) {
        return new RecordOutcome(stored, null);
    }

    static RecordOutcome failed(Throwable failure) {
        return new RecordOutcome(null, failure);
    }

    static int storedCount(RecordOutcome[] outcomes) {
        int count = 0;
        for (RecordOutcome outcome : outcomes) {
            if (outcome.stored != null) {
                count++;
            }
        }
        return count;
    }
}
