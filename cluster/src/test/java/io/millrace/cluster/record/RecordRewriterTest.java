package io.millrace.cluster.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.compaction.BatchRewriter.DeleteHorizon;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordRewriterTest {

    private static final DeleteHorizon HORIZON = new DeleteHorizon(9_000, false);

    private final RecordRewriter rewriter = new RecordRewriter();

    @ParameterizedTest
    @EnumSource
    void recordsAreTakenOutOfBatchesOfEveryCodec(CompressionType codec) {
        ByteBuffer batch = idempotent(
                codec,
                new SimpleRecord(100, bytes("a"), bytes("1"), new Header[] {new RecordHeader("h", bytes("x"))}),
                new SimpleRecord(101, bytes("b"), bytes("2")),
                new SimpleRecord(102, bytes("c"), bytes("3")));

        ByteBuffer rewritten = rewriter.rewrite(batch, (offset, key, hasValue) -> offset != 41, HORIZON);

        assertThat(BatchHeader.isCrcValid(rewritten, 0)).isTrue();
        assertThat(BatchHeader.sizeBytes(rewritten, 0)).isEqualTo(rewritten.remaining());
        assertThat(BatchHeader.baseOffset(rewritten, 0)).isEqualTo(40);
        assertThat(BatchHeader.lastOffset(rewritten, 0)).isEqualTo(42);
        assertThat(BatchHeader.producerId(rewritten, 0)).isEqualTo(7);
        assertThat(BatchHeader.baseSequence(rewritten, 0)).isEqualTo(5);
        assertThat(BatchHeader.leaderEpoch(rewritten, 0)).isEqualTo(3);
        assertThat(BatchHeader.recordsCount(rewritten, 0)).isEqualTo(2);
        assertThat(BatchHeader.deleteHorizonMs(rewritten, 0)).isEqualTo(BatchHeader.NO_HORIZON);
        assertThat(lines(rewritten)).containsExactly("40@100 a=1 1", "42@102 c=3 0");
    }

    @ParameterizedTest
    @EnumSource
    void aBatchThatLosesNothingIsTheSame(CompressionType codec) {
        ByteBuffer batch = idempotent(codec, new SimpleRecord(1, bytes("a"), bytes("1")));
        assertThat(rewriter.rewrite(batch, (offset, key, hasValue) -> true, HORIZON))
                .isSameAs(batch);
        assertThat(rewriter.rewrite(batch, (offset, key, hasValue) -> false, HORIZON))
                .isNull();
    }

    @ParameterizedTest
    @EnumSource
    void aTombstoneGetsADeleteHorizonOnce(CompressionType codec) {
        ByteBuffer batch = idempotent(
                codec, new SimpleRecord(100, bytes("a"), null), new SimpleRecord(105, bytes("b"), bytes("2")));
        ByteBuffer marked = rewriter.rewrite(batch, (offset, key, hasValue) -> true, HORIZON);
        assertThat(BatchHeader.deleteHorizonMs(marked, 0)).isEqualTo(9_000);
        assertThat(lines(marked)).containsExactly("40@100 a=null 0", "41@105 b=2 0");
        assertThat(rewriter.rewrite(marked, (offset, key, hasValue) -> true, new DeleteHorizon(99_000, false)))
                .isSameAs(marked);
        ByteBuffer without = rewriter.rewrite(marked, (offset, key, hasValue) -> hasValue, HORIZON);
        assertThat(lines(without)).containsExactly("41@105 b=2 0");
    }

    @Test
    void aMarkerOfAnEmptyTransactionGetsAHorizonAndStaysAMarker() {
        ByteBuffer marker = MemoryRecords.withEndTransactionMarker(
                        40, 100, 3, 7, (short) 0, new EndTransactionMarker(ControlRecordType.ABORT, 0))
                .buffer();
        ByteBuffer marked = rewriter.rewrite(marker, (offset, key, hasValue) -> true, new DeleteHorizon(9_000, true));
        assertThat(BatchHeader.isControl(marked, 0)).isTrue();
        assertThat(BatchHeader.deleteHorizonMs(marked, 0)).isEqualTo(9_000);
        Record record = BatchContent.recordsOf(marked, 0).get(0);
        assertThat(ControlRecordType.parse(record.key())).isEqualTo(ControlRecordType.ABORT);
    }

    @Test
    void keysAreVisitedInOrderUntilTheVisitorHasEnough() {
        ByteBuffer batch = idempotent(
                CompressionType.ZSTD,
                new SimpleRecord(1, bytes("a"), bytes("1")),
                new SimpleRecord(1, null, bytes("2")),
                new SimpleRecord(1, bytes("c"), bytes("3")));
        List<String> seen = new ArrayList<>();
        rewriter.forEach(batch, (offset, key) -> {
            seen.add(offset + ":" + (key == null ? null : StandardCharsets.UTF_8.decode(key)));
            return offset < 41;
        });
        assertThat(seen).containsExactly("40:a", "41:null");
    }

    @Test
    void whatCannotBeReadIsSaidToBeCorrupt() {
        ByteBuffer batch = idempotent(CompressionType.LZ4, new SimpleRecord(1, bytes("a"), bytes("1".repeat(100))));
        batch.putInt(BatchHeader.SIZE_BYTES, 0);
        assertThatThrownBy(() -> rewriter.forEach(batch, (offset, key) -> true))
                .isInstanceOf(LogException.CorruptBatch.class);
        assertThatThrownBy(() -> rewriter.rewrite(batch, (offset, key, hasValue) -> true, HORIZON))
                .isInstanceOf(LogException.CorruptBatch.class);
    }

    private static ByteBuffer idempotent(CompressionType codec, SimpleRecord... records) {
        return MemoryRecords.withRecords(
                        (byte) 2,
                        40,
                        Compression.of(codec).build(),
                        TimestampType.CREATE_TIME,
                        7,
                        (short) 0,
                        5,
                        3,
                        false,
                        records)
                .buffer();
    }

    private static List<String> lines(ByteBuffer batch) {
        return BatchContent.recordsOf(batch, 0).stream()
                .map(record -> record.offset() + "@" + record.timestamp() + " " + text(record.key()) + "="
                        + text(record.value()) + " " + record.headers().length)
                .toList();
    }

    private static String text(ByteBuffer buffer) {
        return buffer == null ? null : StandardCharsets.UTF_8.decode(buffer).toString();
    }

    private static byte[] bytes(String string) {
        return string.getBytes(StandardCharsets.UTF_8);
    }
}
