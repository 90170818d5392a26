package io.millrace.server.http.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.produce.RecordToProduce;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfluentParserTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"t\":21.5, \"a\" : [1, 2 ]}",
                "\"text with \\\"quotes\\\" and é\"",
                "12345678901234567890",
                "-1.50e3",
                "7",
                "true",
                "[]",
                "{ }"
            })
    void keepsJsonValuesExactlyAsSent(String value) {
        RecordToProduce record = json("{\"records\":[ {\"key\" :" + value + ",\"value\": " + value + " } ]}")
                .get(0);

        assertThat(text(record.record().value())).isEqualTo(value);
        assertThat(text(record.record().key())).isEqualTo(value);
    }

    @Test
    void readsPartitionTimestampAndHeaders() {
        RecordToProduce record = json("{\"records\":[{\"value\":1,\"partition\":3,\"timestamp\":1732100000123,"
                        + "\"headers\":[{\"key\":\"fw\",\"value\":\"MS45\"},{\"key\":\"none\",\"value\":null}]}]}")
                .get(0);

        assertThat(record.partition()).isEqualTo(3);
        assertThat(record.record().timestampMs()).isEqualTo(1732100000123L);
        assertThat(record.record().headers()).hasSize(2);
        assertThat(text(record.record().headers().get(0).value())).isEqualTo("1.9");
        assertThat(record.record().headers().get(1).value()).isNull();
    }

    @Test
    void takesNullAndMissingAsNull() {
        List<RecordToProduce> records = json("{\"records\":[{\"key\":null,\"value\":null,\"partition\":null},{}]}");

        assertThat(records).hasSize(2).allSatisfy(record -> {
            assertThat(record.record().key()).isNull();
            assertThat(record.record().value()).isNull();
            assertThat(record.partition()).isEqualTo(-1);
        });
    }

    @Test
    void decodesBinaryAndText() {
        assertThat(text(parse(
                                RecordFormat.CONFLUENT_BINARY,
                                "{\"records\":[{\"key\":\"a2V5\",\"value\":\"S2Fma2E=\"}]}")
                        .get(0)
                        .record()
                        .value()))
                .isEqualTo("Kafka");
        assertThat(text(parse(RecordFormat.CONFLUENT_TEXT, "{\"records\":[{\"key\":\"k\",\"value\":\"a\\nb\"}]}")
                        .get(0)
                        .record()
                        .value()))
                .isEqualTo("a\nb");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{\"records\":[]}",
                "{\"records\":{}}",
                "{\"records\":[1]}",
                "{\"records\":[{\"vlaue\":1}]}",
                "{\"records\":[{\"value\":1}],\"other\":1}",
                "{\"records\":[{\"value\":1}],\"records\":[{\"value\":1}]}",
                "{\"records\":[{\"value\":1}]} 2",
                "{\"records\":[{\"value\":1,\"partition\":-1}]}",
                "{\"records\":[{\"value\":1,\"partition\":99999999999}]}",
                "{\"records\":[{\"value\":1,\"partition\":\"1\"}]}",
                "{\"records\":[{\"value\":1,\"headers\":[{\"value\":\"\"}]}]}"
            })
    void refusesBodiesOfAnotherShape(String body) {
        assertThatThrownBy(() -> json(body))
                .isInstanceOfSatisfying(
                        MillraceException.class,
                        e -> assertThat(e.code().httpStatus()).isEqualTo(422));
    }

    @Test
    void refusesBrokenJsonAndBrokenBase64() {
        assertThatThrownBy(() -> json("{\"records\":[{\"value\":{\"t\":1")).hasMessageContaining("not valid JSON");
        assertThatThrownBy(() -> parse(RecordFormat.CONFLUENT_BINARY, "{\"records\":[{\"value\":\"%%%\"}]}"))
                .hasMessageContaining("base64");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"key\":\"\\ud800\",\"value\":null}",
                "{\"value\":\"\\udc00\\ud800\"}",
                "{\"value\":null,\"headers\":[{\"key\":\"a\\ud800\"}]}"
            })
    void refusesHalvesOfSurrogatePairsWhichUtf8CannotKeep(String record) {
        assertThatThrownBy(() -> parse(RecordFormat.CONFLUENT_TEXT, "{\"records\":[" + record + "]}"))
                .hasMessageContaining("half of a surrogate pair");
    }

    private static List<RecordToProduce> json(String body) {
        return parse(RecordFormat.CONFLUENT_JSON, body);
    }

    private static List<RecordToProduce> parse(RecordFormat format, String body) {
        return new ConfluentParser(format, body.getBytes(StandardCharsets.UTF_8), 100).parse();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
