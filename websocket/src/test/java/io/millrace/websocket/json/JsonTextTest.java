package io.millrace.websocket.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "5",
                "-0.5e10",
                "\"\"",
                "null",
                "true",
                " {\"t\":21.5} \n",
                "{\"a\":{\"b\":[1,2,{\"c\":null}]}}",
                "\"grüße \\u00e9 😀\""
            })
    void acceptsEveryJsonValue(String json) {
        assertThat(problem(json)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{\"a\":1",
                "{\"a\":}",
                "{a:1}",
                "[1,]",
                "01",
                "1.",
                "NaN",
                "'x'",
                "\"x",
                "tru",
                "{\"a\":1}}",
                "{\"a\":1}{\"b\":2}",
                "1 2",
                "\"line\nbreak\"",
                "// comment\n1"
            })
    void refusesWhatIsNotExactlyOneValue(String json) {
        assertThat(problem(json)).isNotNull();
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        assertThat(problem(new byte[] {'"', (byte) 0xFF, '"'})).contains("UTF-8");
        // An overlong slash and half a surrogate pair: a lenient decoder lets them pass, browsers do not.
        assertThat(problem(new byte[] {'"', (byte) 0xC0, (byte) 0xAF, '"'})).contains("UTF-8");
        assertThat(problem(new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'}))
                .contains("UTF-8");
    }

    @Test
    void refusesOtherEncodingsAndByteOrderMarks() {
        assertThat(problem("{}".getBytes(StandardCharsets.UTF_16LE))).contains("UTF-8");
        assertThat(problem("{}".getBytes(StandardCharsets.UTF_16BE))).contains("UTF-8");
        assertThat(problem(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, '1'}))
                .contains("byte order mark");
    }

    @Test
    void boundsNesting() {
        assertThat(problem("[".repeat(JsonText.NESTING_MAX) + "]".repeat(JsonText.NESTING_MAX)))
                .isNull();
        assertThat(problem("[".repeat(100_000))).contains("nested deeper than 128");
    }

    @Test
    void saysWhere() {
        assertThat(problem("{\"a\":1,\n\"b\":x}")).contains("line 2").contains("column");
    }

    private static String problem(String json) {
        return problem(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String problem(byte[] json) {
        return JsonText.problem(json, 0, json.length);
    }
}
