package io.millrace.websocket.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StreamEndTest {

    @Test
    void theReasonOfACloseFrameBeginsWithTheNameOfAKafkaErrorAndFits() {
        Map<StreamEnd, String> names = Map.of(
                StreamEnd.slowConsumer(Long.MAX_VALUE), "REQUEST_TIMED_OUT",
                StreamEnd.tooFarBehind(Long.MAX_VALUE), "POLICY_VIOLATION",
                StreamEnd.heartbeatTimeout(Long.MAX_VALUE), "REQUEST_TIMED_OUT",
                StreamEnd.protocolViolated(1009, "Max frame length of 1048576 has been exceeded."), "MESSAGE_TOO_LARGE",
                StreamEnd.protocolViolated(1002, "x".repeat(200)), "INVALID_REQUEST",
                StreamEnd.notUtf8(), "INVALID_REQUEST",
                StreamEnd.messageTooBig(Integer.MAX_VALUE), "MESSAGE_TOO_LARGE",
                StreamEnd.tooMuchUnfinished(), "THROTTLING_QUOTA_EXCEEDED",
                StreamEnd.restarting(), "LEADER_NOT_AVAILABLE");
        names.forEach((end, name) -> {
            assertThat(end.reason()).startsWith(name + ": ");
            assertThat(end.reason().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(123);
        });
    }

    @Test
    void aStreamThatEndsAsItShouldHasWordsOnly() {
        assertThat(StreamEnd.done("limit reached").reason()).isEqualTo("limit reached");
    }
}
