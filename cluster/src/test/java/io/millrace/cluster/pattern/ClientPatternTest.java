package io.millrace.cluster.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.error.MillraceException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPatternTest {

    @Test
    void theWholeTextHasToMatch() {
        ClientPattern pattern = ClientPattern.of("orders-[0-9]+");

        assertThat(pattern.matches("orders-12")).isTrue();
        assertThat(pattern.matches("orders-12b")).isFalse();
        assertThat(pattern.matches("my-orders-12")).isFalse();
    }

    /** Each would need more memory than a node has. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{1000}){1000}){1000}",
                "((a{0,1000}){1,1000}){1000,}",
                "(((a{100}){100}){100}){100}",
                "((\\Q(\\Ea{1000}){1000}){1000}",
                "(a{99999999999999999999}){99999999999999999999}",
                "(a{1000}){100}"
            })
    void aPatternThatASmallTextMakesHugeIsRefused(String text) {
        assertThatThrownBy(() -> ClientPattern.of(text))
                .isInstanceOf(MillraceException.class)
                .hasMessageContaining("too large");
    }

    @Test
    void patternsThatPeopleUseAreNot() {
        String uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
        String topics = IntStream.range(0, 1_000)
                .mapToObj(number -> "some.long.topic.name.of.a.team." + number)
                .collect(Collectors.joining("|"));

        assertThat(ClientPattern.of(uuid).matches("0123abcd-0123-abcd-0123-0123456789ab"))
                .isTrue();
        assertThat(ClientPattern.of(topics).matches("some.long.topic.name.of.a.team.999"))
                .isTrue();
    }

    @Test
    void whatIsNoExpressionIsRefusedWithWhatIsWrong() {
        assertThatThrownBy(() -> ClientPattern.of("a("))
                .isInstanceOf(MillraceException.class)
                .hasMessageContaining("missing closing )");
    }
}
