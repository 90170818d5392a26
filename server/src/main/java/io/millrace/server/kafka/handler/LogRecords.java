package io.millrace.server.kafka.handler;

import io.millrace.storage.ReadResult;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * Batches of a log as the record set of a Kafka message: by reference, so that they go from the tail cache or the file to the
 * socket without a copy.
 */
public record LogRecords(ReadResult result) implements BaseRecords {

    @Override
    public int sizeInBytes() {
        return result.sizeBytes();
    }

    /** Not used: the response encoder takes the slices of the result. */
    @Override
    public RecordsSend<? extends BaseRecords> toSend() {
        throw new UnsupportedOperationException("log records are written by the response encoder");
    }
}
