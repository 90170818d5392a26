package io.millrace.websocket;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An HTTP client (the JDK's) that reads a response line by line as it comes: NDJSON, and the events of SSE. */
public final class TestStream implements AutoCloseable {

    /** One server-sent event, dispatched as a browser would. */
    public record Event(String type, String id, String data) {
        public JsonNode json() {
            return TestSocket.json(data);
        }
    }

    private static final String END = "\0end";
    private static final int TIMEOUT_SECONDS = 20;

    private final HttpResponse<InputStream> response;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private String lastEventId = "";
    private int comments;
    private String retry;

    private TestStream(HttpResponse<InputStream> response) {
        this.response = response;
        Thread reader = new Thread(this::read, "test-stream");
        reader.setDaemon(true);
        reader.start();
    }

    public static TestStream sse(HttpClient client, URI uri, String... headers) {
        return open(client, uri, "text/event-stream", headers);
    }

    public static TestStream ndjson(HttpClient client, URI uri, String... headers) {
        return open(client, uri, "*/*", headers);
    }

    private static TestStream open(HttpClient client, URI uri, String accept, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).version(HttpClient.Version.HTTP_1_1).header("Accept", accept);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return new TestStream(client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("no answer from " + uri, e);
        }
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // The test closed it, or the server cut it: both are the end.
        }
        lines.add(END);
    }

    public int status() {
        return response.statusCode();
    }

    public String header(String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    /** The next line; null at the end. */
    public String line() {
        try {
            String line = lines.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("no line within " + TIMEOUT_SECONDS + " s");
            }
            return line.equals(END) ? null : line;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The next line that is not empty, which is how an idle NDJSON stream shows life; null at the end. */
    public JsonNode json() {
        String line = line();
        while (line != null && line.isEmpty()) {
            line = line();
        }
        return line == null ? null : TestSocket.json(line);
    }

    /** The next event as WHATWG HTML §9.2.6 dispatches it; null at the end. */
    public Event event() {
        String type = "message";
        StringBuilder data = new StringBuilder();
        boolean hasData = false;
        for (String line = line(); line != null; line = line()) {
            if (line.isEmpty()) {
                if (hasData) {
                    return new Event(type, lastEventId, data.toString());
                }
                type = "message";
            } else if (line.startsWith(":")) {
                comments++;
            } else if (line.startsWith("data: ")) {
                data.append(hasData ? "\n" : "").append(line.substring(6));
                hasData = true;
            } else if (line.startsWith("event: ")) {
                type = line.substring(7);
            } else if (line.startsWith("id: ")) {
                lastEventId = line.substring(4);
            } else if (line.startsWith("retry: ")) {
                retry = line.substring(7);
            } else {
                throw new AssertionError("not a line of an event: " + line);
            }
        }
        return null;
    }

    /** The next event that is a record. */
    public Event record() {
        for (Event event = event(); event != null; event = event()) {
            if (event.type().equals("message")) {
                return event;
            }
        }
        return null;
    }

    public int comments() {
        return comments;
    }

    public String retry() {
        return retry;
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
