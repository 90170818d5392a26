package io.millrace.server.http.produce;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.produce.RecordToProduce;
import io.millrace.server.http.HttpProblem;
import java.util.List;

/** The partition that a URL names for all records of its body. */
final class PartitionPath {

    private PartitionPath() {}

    static List<RecordToProduce> assign(String text, List<RecordToProduce> records) {
        int partition;
        try {
            partition = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw HttpProblem.badRequest("the partition in the URL must be a number, not '" + text + "'");
        }
        if (partition < 0) {
            throw HttpProblem.badRequest("the partition in the URL must not be negative: " + partition);
        }
        return records.stream().map(pending -> at(partition, pending)).toList();
    }

    private static RecordToProduce at(int partition, RecordToProduce pending) {
        if (pending.partition() >= 0 && pending.partition() != partition) {
            throw new MillraceException(
                    ErrorCode.INVALID_RECORD,
                    "a record names partition " + pending.partition() + ", but the URL says " + partition
                            + "; nothing was stored");
        }
        return RecordToProduce.of(partition, pending.record());
    }
}
