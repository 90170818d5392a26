package io.millrace.websocket.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.record.RecordHeader;
import io.millrace.cluster.record.StreamRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordMatcherTest {

    private static final byte[] NOT_UTF8 = {(byte) 0xff, 0x64};
    private static final List<RecordHeader> HEADERS = List.of(
            new RecordHeader("fw", bytes("1.8")),
            new RecordHeader("fw", bytes("1.9")),
            new RecordHeader("raw", NOT_UTF8),
            new RecordHeader("none", null));
    private static final StreamRecord RECORD = new StreamRecord(
            1043,
            1_732_100_000_123L,
            bytes("dev-7"),
            bytes(
                    "{\"t\":31,\"d\":30.5,\"whole\":30.0,\"name\":\"north\",\"nothing\":null,\"on\":true,\"tags\":[\"a\",\"b\"],"
                            + "\"site\":{\"name\":\"a\"},\"huge\":123456789012345678901234567890}"),
            HEADERS);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "value.t > 30.0 && key.startsWith(\"dev-\")",
                "headers[\"fw\"] == \"1.9\"",
                "headers.fw == '1.9'",
                "has(value.site) && value.site.name in [\"a\", \"b\"]",
                "value.t == 31 && value.t == 31.0 && value.t == 31u && value.whole == 30 && 30u == value.whole",
                "value.t > 30 && value.t > 30.5 && value.t >= 31u && value.d < 31 && 31 > value.d",
                "value.t in [31.0] && value.t != 31.5",
                "offset == 1043 && offset > 1042.5 && partition == 3 && timestamp > 1732100000000",
                "value.huge > 9223372036854775807",
                "value.nothing == null",
                "!has(value.missing)",
                "'a' in value.tags && size(value.tags) == 2 && value.tags[1] == 'b'",
                "value.name.contains('ort') && value.name.endsWith('th')",
                "value.on ? value.t > 3 : false",
                "double(value.t) / 2.0 > 15.0 && value.t + 1 == 32",
                "value.missing > 3 || value.t > 3",
                "value['name'] == 'north'",
                "!('raw' in headers) && !('none' in headers)",
                "value.site == {'name': 'a'}",
            })
    void anExpressionThatIsTrueLetsTheRecordPass(String expression) {
        RecordMatcher matcher = where(expression);

        assertThat(matcher.matches(RECORD)).isTrue();
        assertThat(matcher.takeFailures()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "value.t > 31", "key == 'dev-8'", "value == null", "has(value.site.x)"})
    void anExpressionThatIsFalseDropsTheRecordAndIsNoFailure(String expression) {
        RecordMatcher matcher = where(expression);

        assertThat(matcher.matches(RECORD)).isFalse();
        assertThat(matcher.takeFailures()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "value.missing > 3",
                "value.missing.deeper == 1",
                "!(value.missing > 3)",
                "value.name > 3",
                "value.t && true",
                "value",
                "value.t",
                "key",
                "offset / 0 == 1",
                "headers['raw'] == 'x'",
                "headers['none'] == ''",
                "value.tags[7] == 'a'",
                "9223372036854775807 + value.t > 0",
            })
    void whatCannotBeEvaluatedIsFalseAndCounted(String expression) {
        RecordMatcher matcher = where(expression);

        assertThat(matcher.matches(RECORD)).isFalse();
        assertThat(matcher.matches(RECORD)).isFalse();
        assertThat(matcher.takeFailures()).isEqualTo(2);
        assertThat(matcher.takeFailures()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"not json", "", "{\"t\":31", "{\"t\":31} {}", "\u0000", "\uFEFF{\"t\":31}", "NaN"})
    void aValueThatIsNotJsonIsUnknownAndTheRestIsNot(String value) {
        StreamRecord record = new StreamRecord(5, 0, bytes("k"), bytes(value), List.of());

        assertThat(where("value.t == 31").matches(record)).isFalse();
        assertThat(where("value.t != 31").matches(record)).isFalse();
        assertThat(where("has(value.t) || offset == 5").matches(record)).isTrue();
        RecordMatcher matcher = where("value.t == 31");
        matcher.matches(record);
        assertThat(matcher.takeFailures()).isEqualTo(1);
    }

    @Test
    void valuesThatAreNestedWithoutEndAreUnknown() {
        byte[] nested = bytes("[".repeat(5_000) + "]".repeat(5_000));
        RecordMatcher matcher = where("value == value");

        assertThat(matcher.matches(new StreamRecord(0, 0, null, nested, List.of())))
                .isFalse();
        assertThat(matcher.takeFailures()).isEqualTo(1);
    }

    @Test
    void keysThatAreNotTextAreBytesAndMissingOnesNull() {
        StreamRecord binary = new StreamRecord(0, 0, NOT_UTF8, null, List.of());
        StreamRecord missing = new StreamRecord(0, 0, null, null, List.of());

        assertThat(where("key == b'\\xff\\x64'").matches(binary)).isTrue();
        assertThat(where("key.startsWith('d')").matches(binary)).isFalse();
        assertThat(where("key == null && value == null").matches(missing)).isTrue();
    }

    @Test
    void keysAreComparedByTheirBytes() {
        RecordMatcher matcher = new RecordMatcher(RecordFilter.ALL.withKeys(List.of("a", "é")), 0);

        assertThat(matcher.matches(keyed(bytes("a")))).isTrue();
        assertThat(matcher.matches(keyed(bytes("é")))).isTrue();
        assertThat(matcher.matches(keyed(new byte[] {(byte) 0xe9}))).isFalse();
        assertThat(matcher.matches(keyed(bytes("ab")))).isFalse();
        assertThat(matcher.matches(keyed(null))).isFalse();
    }

    @Test
    void aPrefixIsComparedByItsBytes() {
        RecordMatcher matcher = new RecordMatcher(RecordFilter.ALL.withKeyPrefix("dev-"), 0);

        assertThat(matcher.matches(keyed(bytes("dev-")))).isTrue();
        assertThat(matcher.matches(keyed(new byte[] {'d', 'e', 'v', '-', (byte) 0xff})))
                .isTrue();
        assertThat(matcher.matches(keyed(bytes("dev")))).isFalse();
        assertThat(matcher.matches(keyed(null))).isFalse();
    }

    @Test
    void theLastHeaderOfANameCounts() {
        assertThat(headers(Map.of("fw", "1.9")).matches(RECORD)).isTrue();
        assertThat(headers(Map.of("fw", "1.8")).matches(RECORD)).isFalse();
        assertThat(headers(Map.of("FW", "1.9")).matches(RECORD)).isFalse();
        assertThat(headers(Map.of("none", "")).matches(RECORD)).isFalse();
        assertThat(headers(Map.of("fw", "1.9", "missing", "x")).matches(RECORD)).isFalse();
    }

    @Test
    void allPartsOfAFilterMustPass() {
        RecordFilter both = RecordFilter.ALL.withKeyPrefix("dev").withWhere(compiled("value.t > 30"));

        assertThat(new RecordMatcher(both, 0).matches(RECORD)).isTrue();
        assertThat(new RecordMatcher(both.withKeys(List.of("other")), 0).matches(RECORD))
                .isFalse();
    }

    @Test
    void equalFiltersAreEqual() {
        RecordFilter one = RecordFilter.ALL
                .withKeys(List.of("a", "b"))
                .withKeyPrefix("x")
                .withHeaders(Map.of("h", "1", "i", "2"))
                .withWhere(new WhereExpression("true"));
        RecordFilter other = RecordFilter.ALL
                .withWhere(compiled("true"))
                .withHeaders(Map.of("i", "2", "h", "1"))
                .withKeyPrefix("x")
                .withKeys(List.of("b", "a"));

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(one).isNotEqualTo(other.withWhere(compiled("false")));
        assertThat(RecordFilter.ALL.withKeys(List.of()).withKeyPrefix("").withHeaders(Map.of()))
                .isEqualTo(RecordFilter.ALL);
    }

    private static RecordMatcher where(String expression) {
        return new RecordMatcher(RecordFilter.ALL.withWhere(compiled(expression)), 3);
    }

    private static RecordMatcher headers(Map<String, String> required) {
        return new RecordMatcher(RecordFilter.ALL.withHeaders(required), 0);
    }

    private static WhereExpression compiled(String text) {
        WhereExpression expression = new WhereExpression(text);
        expression.compile();
        return expression;
    }

    private static StreamRecord keyed(byte[] key) {
        return new StreamRecord(0, 0, key, null, List.of());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
