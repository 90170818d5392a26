package io.millrace.websocket.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordsMessageTest {

    private static final int HEADER_BYTES_MAX = 10;

    /** Lengths for each of the three headers of a WebSocket frame. */
    @ParameterizedTest
    @ValueSource(ints = {0, 100, 126, 1_000, 65_400, 70_000, 1_000_000})
    void aFlagMoreChangesOneByteAndCopiesOnlyTheHead(int recordBytes) {
        SharedFrame frame =
                new SharedFrame(5, 9, Unpooled.EMPTY_BUFFER, 0, new long[0], new int[0], 0, null, null, null, false);
        ByteBuf records = Unpooled.wrappedBuffer(new byte[recordBytes]);
        ByteBuf message = RecordsMessage.binary(RecordsMessage.IN_SNAPSHOT, 1, 1, 0, 9, frame, 4, records);
        ByteBuf expected = RecordsMessage.binary(
                RecordsMessage.IN_SNAPSHOT | RecordsMessage.AFTER_GAP, 1, 1, 0, 9, frame, 4, records);
        byte[] before = ByteBufUtil.getBytes(message);

        ByteBuf rest = message.retainedDuplicate();
        ByteBuf head = RecordsMessage.takeHeadWith(RecordsMessage.AFTER_GAP, rest);
        assertThat(head.readableBytes()).isLessThanOrEqualTo(HEADER_BYTES_MAX + 2);
        assertThat(ByteBufUtil.getBytes(Unpooled.wrappedBuffer(head, rest))).isEqualTo(ByteBufUtil.getBytes(expected));
        assertThat(ByteBufUtil.getBytes(message)).as("that of the others").isEqualTo(before);
    }
}
