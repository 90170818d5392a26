package io.millrace.websocket.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.StreamRecord;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WhereExpressionTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "value.t > | line 1, column 10: ",
                "value.t > 3 && foo == 1 | line 1, column 16: undeclared reference to 'foo'",
                "offset == 'x' | line 1, column 8: found no matching overload",
                "offset | line 1, column 1: expected type 'bool' but found 'int'",
                "value.t = 3 | line 1, column 9: ",
                "headers.fw == 3 | line 1, column 12: ",
                "value.?t == 3 | line 1, column 6: "
            })
    void aWrongExpressionIsRefusedWithItsPlace(String expression, String message) {
        assertRefused(expression, message);
    }

    @Test
    void thePlaceInSeveralLinesIsInItsLine() {
        assertRefused("value.t > 3 &&\n  foo", "line 2, column 3: undeclared reference to 'foo'");
    }

    /** What would make the cost of an evaluation a product, a power or somebody else's choice. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "value.all(a, value.all(b, value.all(c, value.all(d, a == b && c == d))))",
                "value.exists(x, x == 1)",
                "value.exists_one(x, x == 1)",
                "value.map(x, x)[0] == 1",
                "value.filter(x, true) == []",
                "[1, 2, 3].exists(x, x == 1)",
                "value.a + 'x' == ''",
                "value.a + [1] == []",
                "key.matches(value.pattern)",
                "key.matches('((a{100}){100}){100}')",
                "value.a.contains(value.b)",
                "value.contains(key)",
                "duration(value.d) > duration('1s')",
                "timestamp > timestamp('2026-01-01T00:00:00Z')",
                "cel.bind(x, value, x == x)",
            })
    void whatHasNoBoundIsNotOffered(String expression) {
        assertRefused(expression, "line 1, column ");
    }

    @Test
    void valuesCannotGrow() {
        // The types are known only when it is evaluated.
        String doubling = "value" + " + value".repeat(30) + " == key";
        RecordMatcher matcher = matcher(doubling);

        assertThat(matcher.matches(new StreamRecord(0, 0, null, bytes("\"" + "x".repeat(200_000) + "\""), List.of())))
                .isFalse();
        assertThat(matcher.takeFailures()).isEqualTo(1);
    }

    @Test
    void anExpressionHasAtMostOneKibibyte() {
        String shortEnough = "key == '" + "x".repeat(WhereExpression.TEXT_BYTES_MAX - 9) + "'";
        new WhereExpression(shortEnough).compile();

        assertRefused("x" + shortEnough, "the expression has more than 1024 bytes");
        assertRefused("key == '" + "é".repeat(508) + "'", "the expression has more than 1024 bytes");
        assertRefused(" ", "the expression is empty");
    }

    @Test
    void expressionsThatAreNestedWithoutEndAreRefused() {
        assertRefused("(".repeat(500) + "true" + ")".repeat(500), "line 1, column ");
        assertRefused("[".repeat(500) + "1" + "]".repeat(500), "line 1, column ");
        // Repeated signs are one node at most.
        new WhereExpression("!".repeat(500) + "true").compile();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // As many looks at everything as the text has room for.
                "value in [value,value,value] || ",
                "value.a.contains('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy') || ",
                "value == [value] || ",
                "value != value || ",
                "string(value.a) == value.b || ",
                "1.5 in value.list || ",
                "value.list in value.list || ",
                "value.list != value.list || ",
            })
    void theWorstExpressionOverTheLargestRecordEndsSoon(String part) {
        String expression = part.repeat((WhereExpression.TEXT_BYTES_MAX - 5) / part.length()) + "false";
        int third = WhereExpression.RECORD_BYTES_MAX / 3 - 100;
        String text = "x".repeat(third);
        String list = "[],".repeat(third / 6) + "1,".repeat(third / 4) + "1";
        StreamRecord record = record("{\"a\":\"" + text + "\",\"b\":\"" + text + "\",\"list\":[" + list + "]}");
        RecordMatcher matcher = matcher(expression);

        // Less than a second, unless the machine has much else to do. What these tests are against would take days.
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> matcher.matches(record));
        assertThat(matcher.takeFailures()).as("it was evaluated").isZero();
    }

    @Test
    void recordsThatAreTooLargeAreNotLookedInto() {
        RecordMatcher matcher = matcher("true");

        assertThat(matcher.matches(record("x".repeat(WhereExpression.RECORD_BYTES_MAX))))
                .isTrue();
        assertThat(matcher.takeFailures()).isZero();
        assertThat(matcher.matches(record("x".repeat(WhereExpression.RECORD_BYTES_MAX + 1))))
                .isFalse();
        assertThat(matcher.takeFailures()).isEqualTo(1);
    }

    @Test
    void compiledExpressionsAreKeptAndBounded() {
        WhereExpressions expressions = new WhereExpressions(5);
        WhereExpression first = new WhereExpression("offset == 0");
        expressions.compile(first);
        assertThat(expressions.known(new WhereExpression("offset == 0"))).isSameAs(first);
        for (int i = 1; i <= 5; i++) {
            expressions.compile(new WhereExpression("offset == " + i));
        }

        assertThat(expressions.size()).isEqualTo(5);
        assertThat(expressions.known(new WhereExpression("offset == 0")).isCompiled())
                .isFalse();
        WhereExpression wrong = new WhereExpression("nonsense");
        assertThatThrownBy(() -> expressions.compile(wrong)).isInstanceOf(MillraceException.class);
        assertThat(expressions.known(new WhereExpression("nonsense"))).isNotSameAs(wrong);
    }

    private static void assertRefused(String expression, String message) {
        assertThatThrownBy(() -> new WhereExpression(expression).compile())
                .isInstanceOfSatisfying(
                        MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageStartingWith("where: " + message);
    }

    private static RecordMatcher matcher(String expression) {
        WhereExpression where = new WhereExpression(expression);
        where.compile();
        return new RecordMatcher(RecordFilter.ALL.withWhere(where), 0);
    }

    private static StreamRecord record(String value) {
        return new StreamRecord(0, 0, null, bytes(value), List.of());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
