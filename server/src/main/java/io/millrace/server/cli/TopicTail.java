package io.millrace.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Follows a topic over SSE and goes on where it was when the connection breaks: the resume token of the last event leads back,
 * and the offsets seen keep the few repeated records out.
 */
final class TopicTail {

    /**
     * What to follow.
     *
     * @param partitions a list such as {@code 0,3}, or null for all
     * @param key only records with this key, or null for all
     * @param format of values, {@code json} or {@code text}
     * @param limit ends after so many records
     */
    record Request(String topic, String from, String partitions, String key, String format, long limit) {}

    private static final long BACKOFF_MIN_MS = 250;
    private static final long BACKOFF_MAX_MS = 10_000;

    private final NodeClient client;
    private final Request request;
    private final Consumer<JsonNode> records;
    private final Consumer<String> notes;
    private final Map<Integer, Long> lastOffsets = new HashMap<>();
    private String resumeToken;
    private long received;
    private boolean connectedBefore;
    private long backoffMs = BACKOFF_MIN_MS;

    /**
     * @param records gets each record as the node sent it
     * @param notes gets what a person should know: a lost connection, a gap
     */
    TopicTail(NodeClient client, Request request, Consumer<JsonNode> records, Consumer<String> notes) {
        this.client = client;
        this.request = request;
        this.records = records;
        this.notes = notes;
    }

    /**
     * Follows until the limit is reached.
     *
     * @throws CommandFailure when the node refuses, or nobody answers the first time
     */
    void run() throws InterruptedException {
        while (received < request.limit()) {
            try {
                follow();
                if (received < request.limit()) {
                    notes.accept("the node ended the stream; following again");
                }
            } catch (ConnectException e) {
                if (!connectedBefore) {
                    throw client.unreachable();
                }
            } catch (IOException e) {
                notes.accept("connection lost (" + e.getMessage() + "); following again");
            }
            if (received < request.limit()) {
                pause();
            }
        }
    }

    private void follow() throws IOException {
        HttpResponse<InputStream> response =
                client.stream(path(), "text/event-stream", resumeToken, BodyHandlers.ofInputStream());
        try (ServerSentEvents events = new ServerSentEvents(response.body())) {
            if (response.statusCode() == 503 && connectedBefore) {
                return;
            }
            if (response.statusCode() != 200) {
                throw client.refusal(
                        response.statusCode(), new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
            }
            connectedBefore = true;
            backoffMs = BACKOFF_MIN_MS;
            ServerSentEvents.Event event;
            while (received < request.limit() && (event = events.next()) != null) {
                resumeToken = event.id() == null ? resumeToken : event.id();
                receive(event);
            }
        }
    }

    private void receive(ServerSentEvents.Event event) throws IOException {
        JsonNode body = NodeClient.JSON.readTree(event.data());
        switch (event.type()) {
            case "message" -> {
                int partition = body.path("partition").asInt();
                long offset = body.path("offset").asLong();
                Long last = lastOffsets.get(partition);
                if (last == null || offset > last) {
                    lastOffsets.put(partition, offset);
                    received++;
                    records.accept(body);
                }
            }
            case "gap" -> notes.accept("records are missing: " + event.data());
            case "error" -> {
                if (!body.path("retriable").asBoolean()) {
                    throw new CommandFailure(
                            ExitCode.FAILED, body.path("message").asText(event.data()));
                }
                notes.accept(body.path("message").asText(event.data()));
            }
            default -> {
                // checkpoint, caught_up and drain: their token is noted already.
            }
        }
    }

    private String path() {
        StringBuilder path = new StringBuilder("/topics/" + NodeClient.escape(request.topic()) + "/stream?format="
                + NodeClient.escape(request.format()));
        if (resumeToken == null) {
            // Beside a token it would win over it.
            append(path, "from", request.from());
        }
        append(path, "partition", request.partitions());
        append(path, "key", request.key());
        return path.toString();
    }

    private static void append(StringBuilder path, String name, String value) {
        if (value != null) {
            path.append('&').append(name).append('=').append(NodeClient.escape(value));
        }
    }

    /** Full jitter, so that many tails do not come back at one moment (gateway protocol §11). */
    private void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(backoffMs) + 1);
        backoffMs = Math.min(BACKOFF_MAX_MS, backoffMs * 2);
    }
}
