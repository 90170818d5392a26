package io.millrace.websocket.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.millrace.cluster.error.MillraceException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProduceFrameReaderTest {

    private static final long GIANT = 1L << 40;

    /** Writes what a client sends, a piece at a time. */
    private static final class Frame {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Frame u8(int... values) {
            for (int value : values) {
                out.write(value);
            }
            return this;
        }

        Frame varlong(long... values) {
            for (long value : values) {
                long rest = value << 1 ^ value >> 63;
                while ((rest & ~0x7fL) != 0) {
                    out.write((int) (rest & 0x7f | 0x80));
                    rest >>>= 7;
                }
                out.write((int) rest);
            }
            return this;
        }

        Frame text(String text) {
            byte[] bytes = text.getBytes(UTF_8);
            varlong(bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }

    /** Type, flags, sid and id. */
    private static Frame begun() {
        return new Frame().u8(3, 0).varlong(0).text("x");
    }

    /** The same, up to the number of records. */
    private static Frame upToRecords() {
        return begun().text("t").u8(-1).varlong(-1);
    }

    private static Frame whole() {
        return upToRecords()
                .varlong(2)
                .varlong(1_001)
                .text("k")
                .text("v")
                .varlong(2)
                .text("name")
                .text("value")
                .text("none")
                .varlong(-1)
                .varlong(0, -1, -1, 0);
    }

    @Test
    void aFrameIsWhatWasWritten() {
        ClientMessage.Produce read = ProduceFrameReader.read(whole().bytes());
        assertThat(read.id()).isEqualTo("x");
        assertThat(read.topic()).isEqualTo("t");
        assertThat(read.acks()).isEqualTo("-1");
        assertThat(read.idempotencyKey()).isNull();
        assertThat(read.records()).hasSize(2).allMatch(each -> each.partition() == -1);
        assertThat(read.records().get(0).record().timestampMs()).isEqualTo(1_000);
        assertThat(read.records().get(0).record().key()).isEqualTo("k".getBytes(UTF_8));
        assertThat(read.records().get(0).record().value()).isEqualTo("v".getBytes(UTF_8));
        assertThat(read.records().get(0).record().headers()).hasSize(2);
        assertThat(read.records().get(0).record().headers().get(0).name()).isEqualTo("name");
        assertThat(read.records().get(0).record().headers().get(0).value()).isEqualTo("value".getBytes(UTF_8));
        assertThat(read.records().get(0).record().headers().get(1).value()).isNull();
        assertThat(read.records().get(1).record().timestampMs()).isEqualTo(-1);
        assertThat(read.records().get(1).record().key()).isNull();
        assertThat(read.records().get(1).record().value()).isNull();
    }

    @Test
    void anIdMayBeMissing() {
        byte[] frame = new Frame()
                .u8(3, 0)
                .varlong(0, -1)
                .text("t")
                .u8(1)
                .varlong(-1, 1, 0, -1, -1, 0)
                .bytes();
        assertThat(ProduceFrameReader.read(frame).id()).isNull();
    }

    static Stream<Arguments> whatCannotBeReadAsFarAsItsId() {
        return Stream.of(
                Arguments.of(new Frame(), "type: is missing"),
                Arguments.of(new Frame().u8(1, 0).varlong(0).text("x"), "type 1 is not known"),
                Arguments.of(new Frame().u8(3, 0x40).varlong(0).text("x"), "flags 64"),
                Arguments.of(new Frame().u8(3, 0), "sid: is missing"),
                Arguments.of(new Frame().u8(3, 0, 0x80, 0x80), "sid: is missing"),
                Arguments.of(new Frame().u8(3, 0).varlong(0, 5), "id: cannot be 5 bytes long"),
                Arguments.of(new Frame().u8(3, 0).varlong(0, GIANT), "id: cannot be " + GIANT),
                Arguments.of(new Frame().u8(3, 0).varlong(0, -2), "id: cannot be -2"),
                Arguments.of(new Frame().u8(3, 0).varlong(0).text("x".repeat(65)), "id: is longer than 64"),
                Arguments.of(new Frame().u8(3, 0).varlong(0, 1).u8(0xFF), "id: is not UTF-8"));
    }

    @ParameterizedTest
    @MethodSource("whatCannotBeReadAsFarAsItsId")
    void whatCannotBeReadAsFarAsItsIdIsNoMessage(Frame frame, String message) {
        Throwable error = catchThrowable(() -> ProduceFrameReader.read(frame.bytes()));
        assertThat(error).isInstanceOf(MillraceException.class).hasMessageContaining(message);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of(begun(), "topic: is missing"),
                Arguments.of(begun().varlong(-1), "topic: is missing"),
                Arguments.of(begun().text("t".repeat(250)), "topic: is longer than 249"),
                Arguments.of(begun().text("t"), "acks: is missing"),
                Arguments.of(begun().text("t").u8(-1), "baseTimestamp: is missing"),
                Arguments.of(begun().text("t").u8(-1).u8(0x80, 0x80), "baseTimestamp: is missing"),
                Arguments.of(
                        begun().text("t").u8(-1).u8(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1),
                        "baseTimestamp: has more than 64 bits"),
                Arguments.of(upToRecords(), "number of records: is missing"),
                Arguments.of(upToRecords().varlong(0), "records: are missing"),
                Arguments.of(upToRecords().varlong(-1), "records: there cannot be -1"),
                Arguments.of(upToRecords().varlong(GIANT), "records: there cannot be " + GIANT),
                Arguments.of(upToRecords().varlong(2, 0, -1, -1, 0), "records: there cannot be 2"),
                Arguments.of(upToRecords().varlong(1, 0, GIANT, 0, 0), "key: cannot be " + GIANT),
                Arguments.of(upToRecords().varlong(1, 0, -2, 0, 0), "key: cannot be -2"),
                Arguments.of(upToRecords().varlong(1, 0, -1, 100, 0), "value: cannot be 100"),
                Arguments.of(upToRecords().varlong(1, 0, -1, -1, GIANT), "headers: there cannot be " + GIANT),
                Arguments.of(upToRecords().varlong(1, 0, -1, -1, -1), "headers: there cannot be -1"),
                Arguments.of(upToRecords().varlong(1, 0, -1, -1, 1, -1, -1), "headers: a name is missing"),
                Arguments.of(upToRecords().varlong(1, -5, -1, -1, 0), "timestamp: -1 and -5"),
                Arguments.of(upToRecords().varlong(1, Long.MIN_VALUE, -1, -1, 0), "timestamp: "),
                Arguments.of(upToRecords().varlong(1, 0, -1, -1, 0).u8(0), "1 bytes follow the last record"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void whatIsMalformedBehindTheIdIsRefusedWithIt(Frame frame, String message) {
        Throwable error = catchThrowable(() -> ProduceFrameReader.read(frame.bytes()));
        assertThat(error).isInstanceOf(ClientMessageReader.RefusedMessage.class).hasMessageContaining(message);
        assertThat(((ClientMessageReader.RefusedMessage) error).id()).isEqualTo("x");
    }

    @Test
    void aFrameThatIsCutAnywhereIsRefused() {
        byte[] whole = whole().bytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThat(catchThrowable(() -> ProduceFrameReader.read(cut)))
                    .as("cut to %d bytes", length)
                    .isInstanceOfAny(MillraceException.class, ClientMessageReader.RefusedMessage.class);
        }
    }

    @Test
    void whateverTheBytesAreTheyAreReadOrRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = whole().bytes();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Throwable error = catchThrowable(() -> ProduceFrameReader.read(bytes));
            if (error != null) {
                assertThat(error)
                        .as("seed %d: %s", seed, Arrays.toString(bytes))
                        .isInstanceOfAny(MillraceException.class, ClientMessageReader.RefusedMessage.class);
            }
        }
    }
}
