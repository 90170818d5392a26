package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.kafka.InFlightRequests.InFlight;
import io.millrace.server.kafka.RequestDispatcher.Reply;
import io.millrace.server.kafka.handler.ApiResponse;
import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.junit.jupiter.api.Test;

class InFlightRequestsTest {

    private static final Reply REPLY = new Reply(null, (short) 0, new ApiResponse.NoAnswer());

    private final InFlightRequests inFlight = new InFlightRequests(3, 1000);

    @Test
    void repliesComeOutInTheOrderOfTheRequests() {
        InFlight first = inFlight.begin(1);
        InFlight second = inFlight.begin(1);

        inFlight.complete(second, REPLY);
        assertThat(inFlight.pollReady()).isNull();

        inFlight.complete(first, REPLY);
        assertThat(inFlight.pollReady()).isSameAs(first);
        assertThat(inFlight.pollReady()).isSameAs(second);
        assertThat(inFlight.pollReady()).isNull();
    }

    @Test
    void aRequestCountsUntilItsAnswerIsOut() {
        for (int i = 0; i < 3; i++) {
            inFlight.complete(inFlight.begin(1), REPLY);
        }
        InFlight taken = inFlight.pollReady();

        assertThat(inFlight.atLimit()).isTrue();
        inFlight.end(taken);
        assertThat(inFlight.atLimit()).isFalse();
    }

    @Test
    void recordsThatWaitInMemoryToBeSentCountAsWell() {
        ReadResult records = new ReadResult(List.of(new LogSlice.Memory(ByteBuffer.allocate(5000))));
        InFlight fetch = inFlight.begin(1);
        assertThat(inFlight.atLimit()).isFalse();

        inFlight.complete(
                fetch, new Reply(null, (short) 0, new ApiResponse.Answer(new FetchResponseData(), List.of(records))));
        assertThat(inFlight.atLimit()).isTrue();
        assertThat(inFlight.bytes()).isEqualTo(1);

        inFlight.end(inFlight.pollReady());
        assertThat(inFlight.atLimit()).isFalse();
    }

    @Test
    void bytesAreALimitOfTheirOwn() {
        InFlight large = inFlight.begin(5000);

        assertThat(inFlight.atLimit()).isTrue();
        inFlight.end(large);
        assertThat(inFlight.atLimit()).isFalse();
        assertThat(inFlight.isEmpty()).isTrue();
    }
}
