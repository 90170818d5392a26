package io.millrace.server.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * Follows a topic over a WebSocket from its beginning, and keeps what comes. When the connection ends it goes on at the next node of its
 * list, after the last record of each partition, as a browser does.
 */
final class StreamFollower implements AutoCloseable {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /**
     * A record as it came.
     *
     * @param nanos when ({@link System#nanoTime})
     */
    record Seen(long offset, long number, long nanos) {}

    private final HttpClient client;
    private final String topic;
    private final List<String> nodes;
    private final Map<Integer, List<Seen>> seen = new TreeMap<>();
    private int connections;
    private WebSocket socket;
    private boolean closed;

    /** @param nodes base URLs, the one to begin with first */
    StreamFollower(HttpClient client, String topic, int partitions, List<String> nodes) {
        this.client = client;
        this.topic = topic;
        this.nodes = nodes;
        for (int partition = 0; partition < partitions; partition++) {
            seen.put(partition, new ArrayList<>());
        }
        connect();
    }

    private synchronized void connect() {
        if (closed) {
            return;
        }
        String from = seen.entrySet().stream()
                .map(each -> each.getKey() + ":" + next(each.getValue()))
                .collect(Collectors.joining(","));
        String node = nodes.get(connections++ % nodes.size()).replaceFirst("http", "ws");
        client.newWebSocketBuilder()
                .buildAsync(URI.create(node + "/topics/" + topic + "/stream?from=" + from), new Listener())
                .whenComplete((opened, failure) -> {
                    if (failure != null) {
                        again();
                    } else {
                        keep(opened);
                    }
                });
    }

    private static long next(List<Seen> records) {
        return records.isEmpty() ? 0 : records.get(records.size() - 1).offset() + 1;
    }

    private synchronized void keep(WebSocket opened) {
        socket = opened;
    }

    private void again() {
        Thread retry = new Thread(() -> {
            Pause.of(Duration.ofMillis(100));
            connect();
        });
        retry.setDaemon(true);
        retry.start();
    }

    private synchronized void take(String text) {
        long nanos = System.nanoTime();
        try {
            JsonNode record = MAPPER.readTree(text);
            seen.get(record.get("partition").intValue())
                    .add(new Seen(
                            record.get("offset").longValue(),
                            record.get("value").longValue(),
                            nanos));
        } catch (Exception e) {
            throw new AssertionError("no record: " + text, e);
        }
    }

    /** What came of a partition so far. */
    synchronized List<Seen> seen(int partition) {
        return List.copyOf(seen.get(partition));
    }

    synchronized long count(int partition) {
        return seen.get(partition).size();
    }

    /** How often it had to connect. */
    synchronized int connections() {
        return connections;
    }

    /** Says goodbye, as a page does that is closed. */
    @Override
    public synchronized void close() {
        closed = true;
        if (socket != null) {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "");
        }
    }

    private final class Listener implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                take(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            again();
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            again();
        }
    }
}
