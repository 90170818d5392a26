package io.millrace.websocket.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.filter.RecordFilter;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.WireForm;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FrameEncoderTest {

    private final FrameEncoder encoder = new FrameEncoder(
            new StreamKey(
                    new TopicPartition(UUID.randomUUID(), "t", 0),
                    WireForm.NDJSON,
                    false,
                    ValueFormat.TEXT,
                    Envelope.RECORD,
                    RecordFilter.ALL,
                    Projection.WHOLE,
                    Isolation.READ_COMMITTED,
                    null),
            1 << 20,
            GatewayMetrics.NONE);

    @Test
    void aBatchThatCannotBeTakenApartIsAGapAndTheRecordsAfterItAreDelivered() {
        SharedFrame frame = encoder.encode(batches(lying(0), sound(2, "after")), 0, null);

        assertThat(frame.next()).isEqualTo(3);
        assertThat(text(frame))
                .contains("\"after\"")
                .contains("\"gap\":{\"from\":0,\"to\":2,\"reason\":\"unreadable\"}");
    }

    @Test
    void aGapAtTheEndOfAFrameComesWithTheFrameForWhoeverIsSentIt() {
        SharedFrame empty = encoder.encode(batches(lying(0)), 0, null);
        SharedFrame next = encoder.encode(batches(sound(2, "after")), 2, empty.trailingGap());

        assertThat(empty.count()).isZero();
        assertThat(empty.next()).isEqualTo(2);
        assertThat(empty.trailingGap()).isEqualTo(new Gap(0, 2, Gap.Reason.UNREADABLE));
        assertThat(text(next)).contains("\"gap\":{\"from\":0,\"to\":2,\"reason\":\"unreadable\"}");
        assertThat(next.trailingGap()).isNull();
    }

    @Test
    void aGapThatWasGivenAndNotToldIsNotTrailing() {
        SharedFrame empty = encoder.encode(batches(), 0, new Gap(0, 2, Gap.Reason.RETENTION));

        assertThat(empty.trailingGap()).isNull();
    }

    @Test
    void aFilterThatDropsEverythingEndsAFrameAfterABoundedNumberOfRecords() {
        FrameEncoder filtering = new FrameEncoder(
                new StreamKey(
                        new TopicPartition(UUID.randomUUID(), "t", 0),
                        WireForm.SSE,
                        false,
                        ValueFormat.JSON,
                        Envelope.RECORD,
                        RecordFilter.ALL.withKeyPrefix("last"),
                        Projection.WHOLE,
                        Isolation.READ_COMMITTED,
                        null),
                1 << 20,
                GatewayMetrics.NONE);
        List<NewRecord> records = new ArrayList<>();
        for (int i = 0; i < FrameEncoder.FILTERED_RECORDS_MAX + 5; i++) {
            records.add(new NewRecord(1, null, null, List.of()));
        }
        records.add(new NewRecord(1, "last".getBytes(StandardCharsets.UTF_8), null, List.of()));
        ByteBuffer batch = RecordBatches.build(records, 0);

        SharedFrame first = filtering.encode(batch, 0, null);
        SharedFrame second = filtering.encode(batch, first.next(), null);

        assertThat(first.count()).isZero();
        assertThat(first.next()).isEqualTo(FrameEncoder.FILTERED_RECORDS_MAX);
        assertThat(second.count()).isEqualTo(1);
        assertThat(second.next()).isEqualTo(records.size());
        second.release();
    }

    /** A batch that says it has two records and has one, with a checksum that agrees. */
    static ByteBuffer lying(long baseOffset) {
        ByteBuffer batch = sound(baseOffset, "x");
        batch.putInt(batch.position() + 57, 2).putInt(batch.position() + 23, 1);
        batch.putInt(batch.position() + 17, BatchHeader.computeCrc(batch, batch.position()));
        return batch;
    }

    private static ByteBuffer sound(long baseOffset, String value) {
        NewRecord record = new NewRecord(1, null, value.getBytes(StandardCharsets.UTF_8), List.of());
        ByteBuffer batch = RecordBatches.build(List.of(record), 0);
        return batch.putLong(batch.position(), baseOffset);
    }

    private static ByteBuffer batches(ByteBuffer... parts) {
        ByteBuffer all = ByteBuffer.allocate(4096);
        for (ByteBuffer part : parts) {
            all.put(part);
        }
        return all.flip();
    }

    private static String text(SharedFrame frame) {
        ByteBuf bytes = frame.slice(0, frame.count());
        try {
            return bytes.toString(StandardCharsets.UTF_8);
        } finally {
            bytes.release();
        }
    }
}
