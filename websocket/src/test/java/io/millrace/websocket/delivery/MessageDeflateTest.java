package io.millrace.websocket.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageDeflateTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate",
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate; client_max_window_bits=10; server_no_context_takeover",
                "x-webkit-deflate-frame, permessage-deflate;server_max_window_bits=15",
                "permessage-deflate; server_max_window_bits=10, permessage-deflate"
            })
    void anOfferThatCanBeKeptIsAnsweredWithoutContextOnBothSides(String offer) {
        assertThat(MessageDeflate.negotiate(offer))
                .isEqualTo("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x-webkit-deflate-frame",
                "permessage-deflate; server_max_window_bits=10",
                "permessage-deflate; unknown",
                "permessage-deflate; client_max_window_bits; client_max_window_bits"
            })
    void anOfferThatCannotBeKeptIsNotAnswered(String offer) {
        assertThat(MessageDeflate.negotiate(offer)).isNull();
    }

    @Test
    void whatIsCompressedComesBackAsItWas() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            byte[] payload = new byte[1 + random.nextInt(20_000)];
            for (int i = 0; i < payload.length; i++) {
                payload[i] = (byte) ('a' + random.nextInt(1 + random.nextInt(20)));
            }
            ByteSink sink = new ByteSink(16);
            sink.writeAscii("head");
            sink.write(payload);
            boolean deflated = MessageDeflate.deflate(sink, 4);
            byte[] sent = java.util.Arrays.copyOfRange(sink.array(), 4, sink.size());
            assertThat(deflated ? MessageDeflate.inflate(sent, payload.length) : sent)
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(payload);
        }
    }

    @Test
    void noiseAndShortMessagesAreSentAsTheyAre() {
        byte[] noise = new byte[10_000];
        new Random(1).nextBytes(noise);
        ByteSink sink = new ByteSink(16);
        sink.write(noise);
        assertThat(MessageDeflate.deflate(sink, 0)).isFalse();
        assertThat(sink.toByteArray()).isEqualTo(noise);
        sink.truncate(MessageDeflate.PAYLOAD_BYTES_MIN - 1);
        assertThat(MessageDeflate.deflate(sink, 0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"100000, true", "99999, false"})
    void aBombIsStoppedAtTheLimit(int bytesMax, boolean fits) throws Exception {
        ByteSink sink = new ByteSink(16);
        sink.write("x".repeat(100_000).getBytes(StandardCharsets.US_ASCII));
        assertThat(MessageDeflate.deflate(sink, 0)).isTrue();
        byte[] bomb = sink.toByteArray();
        assertThat(bomb.length).isLessThan(1_000);
        if (fits) {
            assertThat(MessageDeflate.inflate(bomb, bytesMax)).hasSize(100_000);
        } else {
            assertThatThrownBy(() -> MessageDeflate.inflate(bomb, bytesMax))
                    .isInstanceOfSatisfying(
                            MessageDeflate.BadMessage.class,
                            e -> assertThat(e.isTooBig()).isTrue());
        }
    }

    @Test
    void whatIsNoCompressedMessageIsSaidToBeBroken() {
        assertThatThrownBy(() -> MessageDeflate.inflate(new byte[] {7, 7, 7, 7}, 100))
                .isInstanceOf(MessageDeflate.BadMessage.class);
    }
}
