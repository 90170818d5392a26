package io.millrace.websocket.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.cluster.record.RecordHeader;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.websocket.protocol.Gap;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordJsonTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final byte[] NOT_UTF8 = {(byte) 0xC3, 0x28};

    @Test
    void aRecordHasTheMembersOfTheProtocolInTheirOrder() {
        StreamRecord record = new StreamRecord(
                1043,
                1_732_100_000_123L,
                bytes("dev-7"),
                bytes("{\"t\":21.5}"),
                List.of(new RecordHeader("fw", bytes("1.9"))));
        assertThat(json(record))
                .isEqualTo(
                        "{\"topic\":\"readings\",\"partition\":3,\"offset\":1043,\"timestamp\":1732100000123,"
                                + "\"key\":\"dev-7\",\"value\":{\"t\":21.5},\"headers\":[{\"name\":\"fw\",\"value\":\"1.9\"}]}");
    }

    @Test
    void nullKeysValuesAndHeaderValuesAreNull() {
        StreamRecord record = new StreamRecord(0, 0, null, null, List.of(new RecordHeader("h", null)));
        String expected =
                "{\"topic\":\"readings\",\"partition\":3,\"offset\":0,\"timestamp\":0,\"key\":null,\"value\":null,"
                        + "\"headers\":[{\"name\":\"h\",\"value\":null}]}";
        for (ValueFormat format : EnumSet.complementOf(EnumSet.of(ValueFormat.BATCH))) {
            assertThat(json(record, format, Envelope.RECORD, false)).isEqualTo(expected);
        }
    }

    @Test
    void headersKeepTheirOrderAndMayRepeat() throws Exception {
        JsonNode headers = MAPPER.readTree(json(new StreamRecord(
                        0,
                        0,
                        null,
                        null,
                        List.of(
                                new RecordHeader("b", bytes("1")),
                                new RecordHeader("a", NOT_UTF8),
                                new RecordHeader("b", bytes("2"))))))
                .get("headers");
        assertThat(headers).hasSize(3);
        assertThat(headers.get(0).get("value").asText()).isEqualTo("1");
        assertThat(headers.get(1).get("value_base64").binaryValue()).isEqualTo(NOT_UTF8);
        assertThat(headers.get(2).get("value").asText()).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[1,2,{\"a\":[null,true,false]}]",
                "\"text\"",
                "-12.5e+3",
                "null",
                " {\"a\" : 1 } ",
                "{\"emoji\":\"😀\",\"escaped\":\"\\u00e9\\n\"}"
            })
    void validJsonIsEmbeddedUnchanged(String value) {
        assertThat(json(value(bytes(value)))).endsWith(",\"value\":" + value + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "hello",
                "{",
                "{\"a\":1",
                "{\"a\":1}}",
                "{} {}",
                "1 2",
                "[1,]",
                "{'a':1}",
                "01",
                "+1",
                ".5",
                "1.",
                "NaN",
                "\"open",
                "\"bad \\x escape\"",
                "\"line\nbreak\"",
                "// comment\n1",
                "tru",
                "\uFEFF{}",
                "{\"a\":1}\u0000"
            })
    void aValueThatIsNotJsonIsGivenInBase64(String value) throws Exception {
        JsonNode record = MAPPER.readTree(json(value(bytes(value))));
        assertThat(record.has("value")).isFalse();
        assertThat(record.get("value_base64").binaryValue()).isEqualTo(bytes(value));
    }

    @Test
    void jsonInAnotherEncodingOrWithBrokenUtf8IsNotJson() throws Exception {
        byte[] overlong = {'"', (byte) 0xC0, (byte) 0x80, '"'};
        byte[] surrogate = {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'};
        byte[] cut = {'"', (byte) 0xE2, (byte) 0x82, '"'};
        byte[] utf16 = "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE);
        byte[] utf32 = "{\"a\":1}".getBytes("UTF-32BE");
        for (byte[] value : List.of(overlong, surrogate, cut, utf16, utf32)) {
            JsonNode record = MAPPER.readTree(json(value(value)));
            assertThat(record.get("value_base64").binaryValue()).isEqualTo(value);
        }
    }

    @Test
    void deeplyNestedJsonIsGivenInBase64AndHarmsNobody() throws Exception {
        byte[] value = bytes("[".repeat(100_000) + "]".repeat(100_000));
        assertThat(MAPPER.readTree(json(value(value))).get("value_base64").binaryValue())
                .isEqualTo(value);
    }

    @Test
    void onOneLineTheBreaksBetweenTokensBecomeSpaces() {
        String pretty = "{\r\n  \"a\": [\n1\n],\n \"b\": \"x\\ny\"\n}\n";
        String line = json(value(bytes(pretty)), ValueFormat.JSON, Envelope.RECORD, true);
        assertThat(line)
                .endsWith(",\"value\":" + pretty.replace('\r', ' ').replace('\n', ' ') + "}")
                .doesNotContain("\n", "\r")
                .contains("x\\ny");
        assertThat(json(value(bytes(pretty)))).endsWith(",\"value\":" + pretty + "}");
    }

    @Test
    void textIsEscapedSoThatItComesBackAsItWas() throws Exception {
        StringBuilder all = new StringBuilder("\"\\/ é 漢 😀 \u2028");
        for (char c = 0; c < 0x21; c++) {
            all.append(c);
        }
        String text = all.toString();
        JsonNode record = MAPPER.readTree(json(
                new StreamRecord(0, 0, bytes(text), bytes(text), List.of()), ValueFormat.TEXT, Envelope.RECORD, true));
        assertThat(record.get("key").asText()).isEqualTo(text);
        assertThat(record.get("value").asText()).isEqualTo(text);
    }

    @Test
    void keysAndTextThatAreNotUtf8AreGivenInBase64() throws Exception {
        StreamRecord record = new StreamRecord(0, 0, NOT_UTF8, NOT_UTF8, List.of());
        JsonNode shown = MAPPER.readTree(json(record, ValueFormat.TEXT, Envelope.RECORD, false));
        assertThat(shown.get("key_base64").binaryValue()).isEqualTo(NOT_UTF8);
        assertThat(shown.get("value_base64").binaryValue()).isEqualTo(NOT_UTF8);
    }

    @Test
    void base64ShowsEveryValueInBase64() throws Exception {
        JsonNode shown = MAPPER.readTree(json(value(bytes("{}")), ValueFormat.BASE64, Envelope.RECORD, false));
        assertThat(shown.get("value_base64").binaryValue()).isEqualTo(bytes("{}"));
    }

    @Test
    void theEnvelopeCanBeTheValueOnly() {
        assertThat(json(value(bytes("{\"t\":1}")), ValueFormat.JSON, Envelope.VALUE, false))
                .isEqualTo("{\"t\":1}");
        assertThat(json(value(bytes("a\"b")), ValueFormat.TEXT, Envelope.VALUE, false))
                .isEqualTo("\"a\\\"b\"");
        assertThat(json(value(bytes("no json")), ValueFormat.JSON, Envelope.VALUE, false))
                .isEqualTo("{\"value_base64\":\"" + Base64.getEncoder().encodeToString(bytes("no json")) + "\"}");
        assertThat(json(value(null), ValueFormat.BASE64, Envelope.VALUE, false)).isEqualTo("null");
    }

    @Test
    void aGapIsAMemberOfTheRecordThatFollowsIt() throws Exception {
        ByteSink out = new ByteSink(1);
        new RecordJson("readings", 3, ValueFormat.JSON, Envelope.RECORD, false)
                .write(value(bytes("1")), 0, new Gap(5, 9, Gap.Reason.RETENTION), out);
        JsonNode gap = MAPPER.readTree(out.toByteArray()).get("gap");
        assertThat(gap.get("from").asLong()).isEqualTo(5);
        assertThat(gap.get("to").asLong()).isEqualTo(9);
        assertThat(gap.get("reason").asText()).isEqualTo("retention");
    }

    @Test
    void numbersAreWrittenAsJavaWritesThem() {
        ByteSink out = new ByteSink(1);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            long number = i == 0 ? Long.MIN_VALUE : i == 1 ? 0 : random.nextLong() >> random.nextInt(64);
            out.truncate(0);
            out.writeDecimal(number);
            assertThat(new String(out.array(), 0, out.size(), UTF_8))
                    .as("seed %d", seed)
                    .isEqualTo(Long.toString(number));
        }
    }

    private static StreamRecord value(byte[] value) {
        return new StreamRecord(7, 8, null, value, List.of());
    }

    private static String json(StreamRecord record) {
        return json(record, ValueFormat.JSON, Envelope.RECORD, false);
    }

    private static String json(StreamRecord record, ValueFormat format, Envelope envelope, boolean singleLine) {
        ByteSink out = new ByteSink(1);
        new RecordJson("readings", 3, format, envelope, singleLine).write(record, out);
        return new String(out.toByteArray(), UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
