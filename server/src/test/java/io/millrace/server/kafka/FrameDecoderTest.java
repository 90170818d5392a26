package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.server.kafka.FrameDecoder.BadFrameException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {

    private static final int MAX_FRAME_BYTES = 100 << 20;

    private final FrameDecoder decoder = new FrameDecoder(MAX_FRAME_BYTES, ListenerAudience.CLIENTS);

    @Test
    void aFrameThatComesByteByByteIsWhole() {
        byte[] body = bytes(20, 1);
        List<ByteBuffer> frames = new ArrayList<>();
        for (byte b : frame(body).array()) {
            ByteBuffer frame = decoder.next(Unpooled.wrappedBuffer(new byte[] {b}));
            if (frame != null) {
                frames.add(frame);
            }
        }

        assertThat(frames).containsExactly(ByteBuffer.wrap(body));
    }

    @Test
    void severalFramesInOneBufferComeOneByOne() {
        ByteBuf in = Unpooled.wrappedBuffer(frame(bytes(8, 1)), frame(bytes(30, 2)), frame(bytes(9, 3)));

        assertThat(decoder.next(in)).isEqualTo(ByteBuffer.wrap(bytes(8, 1)));
        assertThat(decoder.next(in)).isEqualTo(ByteBuffer.wrap(bytes(30, 2)));
        assertThat(decoder.next(in)).isEqualTo(ByteBuffer.wrap(bytes(9, 3)));
        assertThat(decoder.next(in)).isNull();
    }

    @Test
    void framesOfAnySizeCutAnywhereAreTheSameAfterwards() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            byte[] body = new byte[8 + random.nextInt(3 * FrameDecoder.FIRST_ALLOCATION_BYTES_MAX)];
            random.nextBytes(body);
            ByteBuf in = frame(body);
            ByteBuffer frame = null;
            while (frame == null) {
                frame = decoder.next(in.readSlice(Math.min(in.readableBytes(), 1 + random.nextInt(200_000))));
            }
            assertThat(frame).as("seed %d", seed).isEqualTo(ByteBuffer.wrap(body));
            assertThat(in.isReadable()).as("seed %d", seed).isFalse();
        }
    }

    @Test
    void aFrameIsWritableAndNobodyElsesMemory() {
        ByteBuf in = Unpooled.wrappedBuffer(frame(bytes(8, 1)), frame(bytes(8, 2)));
        ByteBuffer first = decoder.next(in);
        ByteBuffer second = decoder.next(in);

        first.put(0, (byte) 99);

        assertThat(first.isReadOnly()).isFalse();
        assertThat(second).isEqualTo(ByteBuffer.wrap(bytes(8, 2)));
        assertThat(in.getByte(4)).isEqualTo((byte) 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, MAX_FRAME_BYTES + 1, -1, Integer.MIN_VALUE, 0, 7})
    void aLengthThatNoRequestHasIsRefused(int length) {
        ByteBuf in = Unpooled.buffer().writeInt(length);

        assertThatThrownBy(() -> decoder.next(in))
                .isInstanceOf(BadFrameException.class)
                .hasMessageContaining("no Kafka client")
                .hasMessageContaining(String.valueOf(length));
    }

    @Test
    void aLengthOverTheLimitIsRefusedLaterToo() {
        decoder.next(frame(bytes(8, 1)));

        assertThatThrownBy(() -> decoder.next(Unpooled.buffer().writeInt(MAX_FRAME_BYTES + 1)))
                .isInstanceOf(BadFrameException.class)
                .hasMessageContaining("kafka.maxFrameBytes");
    }

    @Test
    void tlsIsRecognisedWhateverTheLimit() {
        FrameDecoder large = new FrameDecoder(Integer.MAX_VALUE, ListenerAudience.CLIENTS);

        assertThatThrownBy(() -> large.next(Unpooled.wrappedBuffer(new byte[] {22, 3, 1, 2, 0})))
                .hasMessageContaining("looks like TLS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1", "POST /topics", "PRI * HTTP/2.0", "OPTIONS *"})
    void httpIsRecognised(String request) {
        assertThatThrownBy(() -> decoder.next(Unpooled.wrappedBuffer(request.getBytes(StandardCharsets.US_ASCII))))
                .hasMessageContaining("looks like HTTP");
    }

    private static ByteBuf frame(byte[] body) {
        return Unpooled.wrappedBuffer(ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array());
    }

    private static byte[] bytes(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
