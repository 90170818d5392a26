package io.millrace.cluster.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TimestampOffset;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordBatchesTest {

    @Test
    void whatIsBuiltComesOutAgain() {
        NewRecord full = new NewRecord(
                5, bytes("k"), bytes("v"), List.of(new RecordHeader("a", bytes("1")), new RecordHeader("a", null)));
        NewRecord bare = new NewRecord(-1, null, null, List.of());

        List<StreamRecord> records = read(RecordBatches.build(List.of(full, bare), 77), 0);

        assertThat(records).hasSize(2);
        assertThat(records.get(0))
                .usingRecursiveComparison()
                .isEqualTo(new StreamRecord(0, 5, full.key(), full.value(), full.headers()));
        assertThat(records.get(1)).usingRecursiveComparison().isEqualTo(new StreamRecord(1, 77, null, null, List.of()));
    }

    @Test
    void aBatchIsNeverLargerThanTheSumOfItsBounds() {
        NewRecord record = new NewRecord(
                Long.MAX_VALUE, new byte[300], new byte[70_000], List.of(new RecordHeader("größe", new byte[200])));
        int size = RecordBatches.build(List.of(record, record, record), 0).remaining();
        assertThat(size).isLessThanOrEqualTo(61 + 3 * RecordBatches.sizeBoundBytes(record));
    }

    @ParameterizedTest
    @EnumSource
    void recordsOfEveryCodecAreRead(CompressionType codec) {
        MemoryRecords batch = MemoryRecords.withRecords(
                Compression.of(codec).build(),
                new SimpleRecord(1, bytes("a"), bytes("x".repeat(1000))),
                new SimpleRecord(9, bytes("b"), bytes("y")));

        assertThat(read(batch.buffer(), 0)).extracting(StreamRecord::offset).containsExactly(0L, 1L);
        assertThat(read(batch.buffer(), 1)).extracting(StreamRecord::offset).containsExactly(1L);
        assertThat(RecordBatches.firstAtOrAfter(batch.buffer(), 2, 0)).contains(new TimestampOffset(9, 1, -1));
        assertThat(RecordBatches.firstAtOrAfter(batch.buffer(), 10, 0)).isEmpty();
    }

    @Test
    void aBatchThatDecompressesToFarTooMuchIsRefusedBeforeItExhaustsTheMemory() {
        MemoryRecords bomb = MemoryRecords.withRecords(
                Compression.of(CompressionType.GZIP).build(),
                new SimpleRecord(1, null, new byte[BatchContent.DECOMPRESSED_BYTES_MAX]));
        assertThat(bomb.sizeInBytes()).isLessThan(1 << 20);

        assertThatThrownBy(() -> RecordBatches.forEach(bomb.buffer(), 0, record -> {}))
                .isInstanceOf(MillraceException.class)
                .hasMessageContaining("decompresses to more than")
                .hasMessageContaining("Go on from offset 1");
    }

    @Test
    void aBatchThatAnnouncesMoreRecordsThanItHoldsIsSkippedByThoseWhoCanTellOfTheGap() {
        ByteBuffer liar = RecordBatches.build(List.of(new NewRecord(1, null, bytes("a"), List.of())), 0);
        liar.putInt(liar.position() + 57, 1_000_000_000).putInt(liar.position() + 23, 999_999_999);
        ByteBuffer sound = RecordBatches.build(List.of(new NewRecord(1, null, bytes("b"), List.of())), 0);
        sound.putLong(sound.position(), 1_000_000_000L);
        ByteBuffer both = ByteBuffer.allocate(liar.remaining() + sound.remaining())
                .put(liar)
                .put(sound)
                .flip();
        List<String> seen = new ArrayList<>();

        RecordBatches.forEach(both, 5, new RecordConsumer() {
            @Override
            public void accept(StreamRecord record) {
                seen.add("record " + record.offset());
            }

            @Override
            public void unreadable(long from, long to, String why) {
                seen.add("gap " + from + " to " + to);
            }
        });

        assertThat(seen).containsExactly("gap 5 to 1000000000", "record 1000000000");
    }

    private static List<StreamRecord> read(ByteBuffer batches, long from) {
        List<StreamRecord> records = new ArrayList<>();
        assertThat(RecordBatches.forEach(batches, from, records::add)).isEqualTo(2);
        return records;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
