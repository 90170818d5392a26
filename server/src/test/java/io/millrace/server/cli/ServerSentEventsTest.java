package io.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.cli.ServerSentEvents.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerSentEventsTest {

    @Test
    void anIdHoldsForTheEventsThatFollow() throws IOException {
        assertThat(read("id: a\nevent: checkpoint\ndata: {}\n\ndata: 1\n\nid: b\ndata: 2\n\n"))
                .containsExactly(
                        new Event("checkpoint", "{}", "a"),
                        new Event("message", "1", "a"),
                        new Event("message", "2", "b"));
    }

    @Test
    void severalDataLinesAreOnePayload() throws IOException {
        assertThat(read("data: one\ndata:two\ndata\n\n")).containsExactly(new Event("message", "one\ntwo\n", null));
    }

    @Test
    void commentsRetryAndEventsWithoutDataAreSkipped() throws IOException {
        assertThat(read(": hello\nretry: 1000\n\nevent: nothing\n\ndata: 1\n\n"))
                .containsExactly(new Event("message", "1", null));
    }

    @Test
    void anEventThatIsCutOffIsNotAnEvent() throws IOException {
        assertThat(read("data: 1\n\ndata: 2\n")).containsExactly(new Event("message", "1", null));
    }

    private static List<Event> read(String stream) throws IOException {
        List<Event> events = new ArrayList<>();
        try (ServerSentEvents in =
                new ServerSentEvents(new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8)))) {
            for (Event event = in.next(); event != null; event = in.next()) {
                events.add(event);
            }
        }
        return events;
    }
}
