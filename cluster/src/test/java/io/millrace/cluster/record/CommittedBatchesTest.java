package io.millrace.cluster.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.record.CommittedBatches.Aborted;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class CommittedBatchesTest {

    @Test
    void recordsOfAbortedTransactionsAreLeftOutAndOffsetsStay() {
        ByteBuffer batches = join(
                data(0, 7, "aborted"),
                data(1, 8, "committed"),
                plain(2, "plain"),
                marker(3, 7, false),
                data(4, 7, "committed later"),
                marker(5, 8, true));
        List<String> seen = new ArrayList<>();
        ByteBuffer committed = CommittedBatches.without(List.of(new Aborted(7, 0)), batches);
        long next = RecordBatches.forEach(
                committed, 0, record -> seen.add(record.offset() + ":" + new String(record.value())));
        assertThat(seen).containsExactly("1:committed", "2:plain", "4:committed later");
        assertThat(next).isEqualTo(6);
    }

    @Test
    void whereNothingWasAbortedTheBytesAreTheSame() {
        ByteBuffer batches = data(0, 7, "committed");
        assertThat(CommittedBatches.without(List.of(), batches)).isSameAs(batches);
    }

    private static ByteBuffer data(long offset, long producer, String value) {
        return MemoryRecords.withTransactionalRecords(
                        offset, Compression.NONE, producer, (short) 0, 0, 0, new SimpleRecord(value.getBytes()))
                .buffer();
    }

    private static ByteBuffer plain(long offset, String value) {
        return MemoryRecords.withRecords(offset, Compression.NONE, new SimpleRecord(value.getBytes()))
                .buffer();
    }

    private static ByteBuffer marker(long offset, long producer, boolean commit) {
        ByteBuffer marker = TransactionMarkers.batch(producer, (short) 0, 0, commit, 1);
        return marker.putLong(0, offset);
    }

    private static ByteBuffer join(ByteBuffer... batches) {
        ByteBuffer all = ByteBuffer.allocate(10_000);
        for (ByteBuffer each : batches) {
            all.put(each);
        }
        return all.flip();
    }
}
