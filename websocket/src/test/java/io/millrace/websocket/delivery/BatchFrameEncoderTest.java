package io.millrace.websocket.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.batch.BatchHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchFrameEncoderTest {

    private static final int ATTRIBUTES = 21;
    private static final int CONTROL = 0x20;

    private final BatchFrameEncoder encoder = new BatchFrameEncoder(1 << 20);

    private static ByteBuffer batch(long baseOffset, int records) {
        NewRecord record = new NewRecord(7, null, "value".getBytes(UTF_8), List.of());
        ByteBuffer batch = RecordBatches.build(Collections.nCopies(records, record), 7);
        BatchHeader.assign(batch, batch.position(), baseOffset, 3);
        return batch;
    }

    private static ByteBuffer control(long offset) {
        ByteBuffer marker = batch(offset, 1);
        marker.putShort(marker.position() + ATTRIBUTES, (short) CONTROL);
        return marker;
    }

    private static ByteBuffer emptied(long offset, int records) {
        ByteBuffer batch = batch(offset, records);
        BatchHeader.setEmpty(batch, batch.position());
        return batch.limit(batch.position() + BatchHeader.SIZE_BYTES);
    }

    private static ByteBuffer all(ByteBuffer... batches) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(batches).mapToInt(ByteBuffer::remaining).sum());
        for (ByteBuffer batch : batches) {
            all.put(batch.duplicate());
        }
        return all.flip();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Test
    void whatEveryFollowerIsSentIsTheSameMemory() {
        ByteBuffer stored = all(batch(0, 3), batch(3, 5));
        SharedFrame frame = encoder.encode(stored, 0, null);
        assertThat(frame.count()).isEqualTo(2);
        assertThat(frame.next()).isEqualTo(8);
        ByteBuf one = frame.slice(0, 2);
        ByteBuf other = frame.slice(0, 2);
        ByteBuf second = frame.slice(1, 2);
        assertThat(ByteBufUtil.getBytes(one)).isEqualTo(bytes(stored));
        assertThat(ByteBufUtil.getBytes(second)).isEqualTo(bytes(batch(3, 5)));
        assertThat(one.isDirect()).as("no socket copies it once more").isTrue();
        assertThat(other.memoryAddress()).isEqualTo(one.memoryAddress());
        assertThat(second.memoryAddress())
                .isEqualTo(one.memoryAddress() + batch(0, 3).remaining());
        List.of(one, other, second).forEach(ByteBuf::release);
        frame.release();
        assertThat(one.refCnt()).isZero();
    }

    @Test
    void batchesWithoutRecordsAndMarkersAreLeftOutAndPassed() {
        ByteBuffer stored = all(batch(0, 2), control(2), emptied(3, 4), batch(7, 1), control(8));
        SharedFrame frame = encoder.encode(stored, 0, null);
        ByteBuf sent = frame.slice(0, frame.count());
        assertThat(ByteBufUtil.getBytes(sent)).isEqualTo(bytes(all(batch(0, 2), batch(7, 1))));
        assertThat(frame.next()).isEqualTo(9);
        sent.release();
        frame.release();
        SharedFrame nothing = encoder.encode(all(control(2), emptied(3, 4)), 2, null);
        assertThat(nothing.count()).isZero();
        assertThat(nothing.next()).isEqualTo(7);
        nothing.release();
    }

    @Test
    void aFrameEndsBeforeTheBatchThatIsTooMuchAndALargeBatchIsAFrame() {
        int size = batch(0, 10).remaining();
        BatchFrameEncoder small = new BatchFrameEncoder(2 * size);
        ByteBuffer stored = all(batch(0, 10), control(10), batch(11, 10), batch(21, 10));
        SharedFrame two = small.encode(stored, 0, null);
        assertThat(two.count()).isEqualTo(2);
        assertThat(two.next()).isEqualTo(21);
        SharedFrame rest = small.encode(stored, 21, null);
        assertThat(rest.count()).isEqualTo(1);
        assertThat(rest.next()).isEqualTo(31);
        SharedFrame large = new BatchFrameEncoder(1).encode(stored, 0, null);
        assertThat(large.count()).isEqualTo(1);
        assertThat(large.next()).isEqualTo(11);
        List.of(two, rest, large).forEach(SharedFrame::release);
    }

    @Test
    void creditIsCountedInRecordsAndSpentOnWholeBatches() {
        SharedFrame frame = encoder.encode(all(batch(0, 3), batch(3, 5), batch(8, 2)), 0, null);
        assertThat(frame.records(0, 3)).isEqualTo(10);
        assertThat(frame.records(1, 2)).isEqualTo(5);
        assertThat(frame.indexBehind(0, 1)).isEqualTo(1);
        assertThat(frame.indexBehind(0, 3)).isEqualTo(1);
        assertThat(frame.indexBehind(0, 4)).isEqualTo(2);
        assertThat(frame.indexBehind(1, 6)).isEqualTo(3);
        assertThat(frame.indexBehind(0, Long.MAX_VALUE)).isEqualTo(3);
        assertThat(frame.indexOf(2)).as("the batch that has it").isZero();
        assertThat(frame.indexOf(3)).isEqualTo(1);
        assertThat(frame.indexOf(10)).isEqualTo(3);
        frame.release();
    }
}
