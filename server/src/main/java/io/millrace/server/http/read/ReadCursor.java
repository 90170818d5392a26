package io.millrace.server.http.read;

import io.millrace.cluster.partition.PartitionService.EpochEnd;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.ByteSink;
import io.millrace.websocket.delivery.RecordJson;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.filter.RecordMatcher;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.subscription.PartitionStart;
import io.millrace.websocket.subscription.RecordShape;
import java.io.IOException;

/** One partition's part of a read: where it is, and how it becomes JSON. Used by one thread after the other. */
final class ReadCursor {

    private final TopicPartition partition;
    private final RecordJson json;

    /** Null when every record passes. */
    private final RecordMatcher matcher;

    private long position;
    private int leaderEpoch;
    private Gap gap;

    ReadCursor(PartitionStart start, RecordShape shape) {
        this.partition = start.partition();
        this.position = start.position();
        this.leaderEpoch = start.leaderEpoch();
        this.gap = start.gap();
        this.json = new RecordJson(
                partition.topic(), partition.partition(), shape.format(), shape.envelope(), shape.projection(), false);
        this.matcher = shape.filter().equals(RecordFilter.ALL)
                ? null
                : new RecordMatcher(shape.filter(), partition.partition());
    }

    TopicPartition partition() {
        return partition;
    }

    /** The offset of the next record to read. */
    long position() {
        return position;
    }

    /** The leader epoch in which the position is known to be one of this log. */
    int leaderEpoch() {
        return leaderEpoch;
    }

    /** What was lost, or null. */
    Gap gap() {
        return gap;
    }

    /** There is another leader, who has this much of what this read is sure of: goes on there when that is below its position. */
    void hasNewLeader(EpochEnd end) {
        leaderEpoch = end.currentLeaderEpoch();
        if (position > end.endOffset()) {
            gap = new Gap(gap == null ? position : gap.from(), end.endOffset(), Gap.Reason.TRUNCATED);
            position = end.endOffset();
        }
    }

    /**
     * Writes the records that pass the filter, separated by commas, until there are {@code recordsMax} of them or the array is {@code bytesMax} long, and
     * moves on. Closes the result. Blocks on the disk.
     *
     * @return how many records were written
     */
    int write(ReadResult result, int recordsMax, int bytesMax, ByteSink out) throws IOException {
        try (result) {
            Page page = new Page(recordsMax, bytesMax, out);
            long next = RecordBatches.forEach(result.toBuffer(), position, page::add);
            position = page.full ? page.next : next;
            return page.written;
        }
    }

    /** Records for which the filter's expression could not be evaluated, since this was last asked. */
    long takeFilterFailures() {
        return matcher == null ? 0 : matcher.takeFailures();
    }

    /** Takes records until it is full; what follows is left for the next read. */
    private final class Page {
        private final int recordsMax;
        private final int bytesMax;
        private final ByteSink out;
        private int written;
        private boolean full;
        private long next;

        Page(int recordsMax, int bytesMax, ByteSink out) {
            this.recordsMax = recordsMax;
            this.bytesMax = bytesMax;
            this.out = out;
        }

        void add(StreamRecord record) {
            if (full) {
                return;
            }
            if (written == recordsMax || out.size() >= bytesMax) {
                full = true;
                next = record.offset();
                return;
            }
            if (matcher != null && !matcher.matches(record)) {
                return;
            }
            if (out.size() > 0) {
                out.write(',');
            }
            json.write(record, out);
            written++;
        }
    }
}
