package io.millrace.server.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Reads a {@code text/event-stream} (HTML standard, section 9.2), event by event. Blocks; for one thread. */
final class ServerSentEvents implements AutoCloseable {

    /**
     * One event.
     *
     * @param type {@code message} unless the server names another
     * @param data the payload
     * @param id what to send as {@code Last-Event-ID} to go on behind this event; null when none was ever sent
     */
    record Event(String type, String data, String id) {}

    private final BufferedReader in;
    private String lastId;

    ServerSentEvents(InputStream in) {
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /** The next event that carries data; null at the end of the stream. An event that is cut off is not an event. */
    Event next() throws IOException {
        String type = "message";
        StringBuilder data = null;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.isEmpty()) {
                if (data != null) {
                    return new Event(type, data.toString(), lastId);
                }
                type = "message";
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (field) {
                case "event" -> type = value;
                case "id" -> lastId = value;
                case "data" ->
                    data = data == null
                            ? new StringBuilder(value)
                            : data.append('\n').append(value);
                default -> {
                    // Comments keep the connection alive; the standard says to ignore the rest.
                }
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
