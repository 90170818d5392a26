package io.millrace.websocket.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A new version of the parser may say things otherwise: then these turn red. */
class JsonProblemTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ | it ends before it is complete; a bracket or a quote is not closed, or the end was cut off (line 1, column",
                "{\"a\":\"x | it ends before it is complete",
                "{\"a\":x} | 'x' is no JSON value; text needs double quotes (line 1, column",
                "{a:1} | 'a' cannot stand here; look for a missing or a spare comma, quote or bracket before it",
                "[1,] | ']' cannot stand here",
                "[1} | '}' closes what is not open",
                "[01] | a number begins with 0",
                "[NaN] | 'NaN' is no number of JSON",
                "[\"\\x\"] | a backslash in a string",
                "[1.] | ']' cannot stand here"
            })
    void whatIsWrongIsSaidInOurWordsWithItsPlace(String json, String words) {
        assertThat(problem(json)).startsWith(words).contains("(line 1, column ");
    }

    @Test
    void whatMustBeEscapedIsNamed() {
        assertThat(problem("[\"line\nbreak\"]"))
                .startsWith("a string has the control character 10 in it; escape it, such as");
    }

    @Test
    void whatIsTooMuchIsNamedWithItsLimit() {
        assertThat(problem("[".repeat(129))).startsWith("it is nested deeper than 128 levels");
        assertThat(problem("{\"" + "n".repeat(5_000) + "\":1}")).contains("longer than 4096 bytes");
        assertThat(problem("1".repeat(1_001))).startsWith("a number has 1001 digits");
    }

    private static String problem(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        String problem = JsonText.problem(bytes, 0, bytes.length);
        assertThat(problem).doesNotContain("Stream", "REDACTED", "code ", "marker");
        return problem;
    }
}
