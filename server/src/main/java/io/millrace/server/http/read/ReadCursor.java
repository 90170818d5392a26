package io.millrace.server.http.read;

import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.ByteSink;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.RecordJson;
import io.millrace.websocket.delivery.ValueFormat;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.subscription.PartitionStart;
import java.io.IOException;

/** One partition's part of a read: where it is, and how it becomes JSON. Used by one thread after the other. */
final class ReadCursor {

    private final TopicPartition partition;
    private final Gap gap;
    private final RecordJson json;
    private long position;

    ReadCursor(PartitionStart start, ValueFormat format) {
        this.partition = start.partition();
        this.position = start.position();
        this.gap = start.gap();
        this.json = new RecordJson(partition.topic(), partition.partition(), format, Envelope.RECORD, false);
    }

    TopicPartition partition() {
        return partition;
    }

    /** The offset of the next record to read. */
    long position() {
        return position;
    }

    /** What was lost before the start, or null. */
    Gap gap() {
        return gap;
    }

    /**
     * Writes records, separated by commas, until there are {@code recordsMax} of them or the array is {@code bytesMax} long, and
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
            if (out.size() > 0) {
                out.write(',');
            }
            json.write(record, out);
            written++;
        }
    }
}
