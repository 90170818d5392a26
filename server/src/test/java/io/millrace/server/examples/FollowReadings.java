package io.millrace.server.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Follows one topic for as long as the process lives: each record once and in the order of its partition, over restarts of nodes. */
public final class FollowReadings implements AutoCloseable {

    /** Called on one thread, one record after the other. While it works the socket is not read: a slow handler fills no memory. */
    public interface Handler {
        void handle(int partition, JsonNode record);
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> OTHER_LOG = Set.of("topic_recreated", "truncated", "out_of_range");

    private final HttpClient http = HttpClient.newHttpClient();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final URI node;
    private final String topic;
    private final Handler handler;

    /** For each partition the offset behind the last record that was handled. */
    private final Map<Integer, Long> positions = new HashMap<>();

    private String token;
    private volatile Connection connection;
    private int attempt;

    /** @param node such as {@code http://127.0.0.1:8080} */
    public FollowReadings(URI node, String topic, Handler handler) {
        this.node = node;
        this.topic = topic;
        this.handler = handler;
        thread.execute(this::connect);
    }

    /** Stores a JSON value; returns once it is durable. */
    public static void post(HttpClient http, URI node, String topic, String key, String json)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(node.resolve("/topics/" + topic + "/records?key=" + key))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("not stored: " + answer.statusCode() + " " + answer.body());
        }
    }

    private void connect() {
        Connection next = new Connection();
        connection = next;
        next.opening = http.newWebSocketBuilder()
                .subprotocols("millrace.v1.json")
                .connectTimeout(Duration.ofSeconds(10))
                .buildAsync(URI.create(node.toString().replaceFirst("^http", "ws") + "/stream"), next);
        next.opening.whenCompleteAsync((socket, error) -> begun(next, socket), thread);
    }

    private void begun(Connection begun, WebSocket socket) {
        if (socket == null) {
            lost(begun, 1006, "no connection");
            return;
        }
        socket.sendText(subscribe(), true);
        thread.schedule(() -> endIfSilent(begun), 1, TimeUnit.SECONDS);
    }

    private String subscribe() {
        var message = JSON.createObjectNode().put("type", "subscribe").put("sid", 1);
        message.putArray("topics").add(topic);
        // Partitions that the token does not hold begin at "from".
        message.put("from", "earliest").put("resume", token);
        return message.toString();
    }

    private void received(Connection from, JsonNode message) {
        if (from != connection) {
            return;
        }
        from.heardAtNanos = System.nanoTime();
        switch (message.path("type").asText()) {
            case "welcome" -> from.silentNanos = message.get("heartbeat_ms").asLong() * 2_500_000;
            case "records" -> records(message);
            case "checkpoint" -> token = message.get("resume").asText();
            case "gap" -> gap(message);
            case "drain" ->
                from.reconnectAfterMs = message.get("reconnect_after_ms").asLong();
            case "error" -> System.err.println("refused: " + message);
            default -> {}
        }
    }

    /** The token can be some seconds older than the last record: what comes a second time is left out. */
    private void records(JsonNode message) {
        int partition = message.get("partition").asInt();
        long position = positions.getOrDefault(partition, 0L);
        for (JsonNode record : message.get("records")) {
            long offset = record.get("offset").asLong();
            if (offset >= position) {
                handler.handle(partition, record);
                positions.put(partition, offset + 1);
            }
        }
        positions.merge(partition, message.get("next").asLong(), Math::max);
    }

    /** Records are gone from the log, or the log is another one, whose offsets begin anew. */
    private void gap(JsonNode message) {
        int partition = message.get("partition").asInt();
        long to = message.get("to").asLong();
        boolean otherLog = OTHER_LOG.contains(message.get("reason").asText());
        if (otherLog || to > positions.getOrDefault(partition, 0L)) {
            positions.put(partition, to);
            System.err.println("records are lost: " + message);
        }
    }

    private void endIfSilent(Connection watched) {
        if (watched != connection) {
            return;
        }
        if (System.nanoTime() - watched.heardAtNanos > watched.silentNanos) {
            watched.opening.thenAccept(WebSocket::abort);
            lost(watched, 1006, "the server is silent");
        } else {
            thread.schedule(() -> endIfSilent(watched), 1, TimeUnit.SECONDS);
        }
    }

    private void lost(Connection ended, int code, String reason) {
        if (ended != connection) {
            return;
        }
        connection = null;
        if (code >= 4400 && code < 4500) {
            System.err.println("something has to be changed first: " + code + " " + reason);
            return;
        }
        if (System.nanoTime() - ended.begunAtNanos > TimeUnit.SECONDS.toNanos(30)) {
            attempt = 0;
        }
        long ceilingMs = Math.min(30_000, 500L << Math.min(attempt++, 6));
        long waitMs = ended.reconnectAfterMs >= 0
                ? ended.reconnectAfterMs
                : ThreadLocalRandom.current().nextLong(ceilingMs);
        thread.schedule(this::connect, waitMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        Connection last = connection;
        if (last != null) {
            last.opening.thenAccept(WebSocket::abort);
        }
    }

    /** Puts the parts of messages together, and hands them to the one thread. */
    private final class Connection implements WebSocket.Listener {
        private final StringBuilder partial = new StringBuilder();
        private final long begunAtNanos = System.nanoTime();
        private volatile long heardAtNanos = begunAtNanos;
        private long silentNanos = TimeUnit.SECONDS.toNanos(10);
        private long reconnectAfterMs = -1;
        private volatile CompletableFuture<WebSocket> opening = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            partial.append(data);
            if (!last) {
                from.request(1);
                return null;
            }
            String text = partial.toString();
            partial.setLength(0);
            return CompletableFuture.runAsync(() -> received(this, parse(text)), thread)
                    .whenComplete((done, error) -> {
                        if (error == null) {
                            from.request(1);
                        } else {
                            // The handler failed: the record comes again over the next connection.
                            from.abort();
                            onError(from, error);
                        }
                    });
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            return CompletableFuture.runAsync(() -> lost(this, code, reason), thread);
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            thread.execute(() -> lost(this, 1006, error.toString()));
        }
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
