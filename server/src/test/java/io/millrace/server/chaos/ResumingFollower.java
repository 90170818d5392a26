package io.millrace.server.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Speaks {@code millrace.v1.json} as well-behaved clients do: goes on with its newest token, at another node, and after a {@code drain} not
 * before the time that the node asked for. Checks that the offsets come in order and none is left out, and that no gap is told; counts those
 * that come again. Light: ten thousand of them run in one process.
 *
 * <p>Runs on one event loop; what it counts may be read on any thread.
 */
final class ResumingFollower {

    /** What all followers of a test have to say. */
    interface Report {

        /** A node said that it will close a connection, and in how long. */
        void drained(long graceMs);

        /** A node closed a connection. */
        void closed(int code, long nanos);

        /** A connection did not come about. */
        void refused();

        /** The group took partitions away. */
        void revoked(String what);

        /** Something happened that must not. */
        void wrong(String what);
    }

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int CONNECT_TIMEOUT_MS = 20_000;
    private static final int RETRY_MS_MAX = 1_000;

    private final Vertx vertx;
    private final WebSocketClient client;
    private final List<NodePorts> nodes;
    private final String path;
    private final boolean isMember;
    private final Report report;
    private final long[] next;
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong repeated = new AtomicLong();
    private final SortedSet<Integer> assigned = new TreeSet<>();
    private int node;
    private String token;
    private long reconnectAtNanos;
    private volatile int subscriptions;
    private boolean closed;
    private WebSocket socket;

    /**
     * @param path of the stream, with what makes it different from others in the query
     * @param isMember whether it has its partitions from a group; its position is then in the group, not in a token
     * @param node index of the node to begin with
     */
    ResumingFollower(
            Vertx vertx,
            WebSocketClient client,
            List<NodePorts> nodes,
            String path,
            boolean isMember,
            int partitions,
            int node,
            Report report) {
        this.vertx = vertx;
        this.client = client;
        this.nodes = nodes;
        this.path = path;
        this.isMember = isMember;
        this.next = new long[partitions];
        this.node = node;
        this.report = report;
        vertx.runOnContext(turn -> connect());
    }

    private void connect() {
        if (closed) {
            return;
        }
        String start = isMember || token == null ? "&from=earliest" : "&resume=" + token;
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(nodes.get(node % nodes.size()).http())
                .setTimeout(CONNECT_TIMEOUT_MS)
                .addSubProtocol("millrace.v1.json")
                .setURI(path + start);
        client.connect(options).onSuccess(this::follow).onFailure(failure -> {
            report.refused();
            node++;
            vertx.setTimer(ThreadLocalRandom.current().nextInt(RETRY_MS_MAX / 2, RETRY_MS_MAX), timer -> connect());
        });
    }

    private void follow(WebSocket opened) {
        socket = opened;
        reconnectAtNanos = System.nanoTime();
        opened.textMessageHandler(this::take);
        opened.exceptionHandler(failure -> {});
        opened.closeHandler(ended -> again(opened.closeStatusCode()));
    }

    private void again(Short code) {
        long now = System.nanoTime();
        report.closed(code == null ? 0 : code, now);
        node++;
        long waitMs = (reconnectAtNanos - now) / 1_000_000;
        vertx.setTimer(Math.max(1, waitMs), timer -> connect());
    }

    private void take(String text) {
        JsonNode message;
        try {
            message = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            report.wrong("no JSON: " + text);
            return;
        }
        switch (message.path("type").asText()) {
            case "records" -> records(message);
            case "checkpoint" -> token = message.get("resume").asText();
            case "subscribed" -> subscriptions++;
            case "assigned" -> assign(message, true);
            case "revoked" -> {
                assign(message, false);
                report.revoked(path + ": " + text);
            }
            case "drain" -> {
                reconnectAtNanos =
                        System.nanoTime() + message.get("reconnect_after_ms").asLong() * 1_000_000;
                report.drained(message.get("grace_ms").asLong());
            }
            case "gap", "error" -> report.wrong(path + ": " + text);
            default -> {}
        }
    }

    private synchronized void assign(JsonNode message, boolean given) {
        for (JsonNode each : message.get("partitions")) {
            Integer partition = each.get("partition").asInt();
            if (given) {
                assigned.add(partition);
            } else {
                assigned.remove(partition);
            }
        }
    }

    private void records(JsonNode message) {
        int partition = message.get("partition").asInt();
        for (JsonNode record : message.get("records")) {
            long offset = record.get("offset").asLong();
            if (offset > next[partition]) {
                report.wrong(path + ": offset " + offset + " of partition " + partition + " came instead of "
                        + next[partition]);
            }
            if (offset >= next[partition]) {
                next[partition] = offset + 1;
                seen.lazySet(seen.get() + 1);
            } else {
                repeated.lazySet(repeated.get() + 1);
            }
        }
    }

    /** How many records came, each counted once. */
    long seen() {
        return seen.get();
    }

    /** How many records came more than once. */
    long repeated() {
        return repeated.get();
    }

    /** How often a node confirmed its subscription. */
    int subscriptions() {
        return subscriptions;
    }

    /** The partitions that the group gave it and did not take away. */
    synchronized List<Integer> assigned() {
        return List.copyOf(assigned);
    }

    void close() {
        vertx.runOnContext(turn -> {
            closed = true;
            if (socket != null) {
                socket.closeHandler(ended -> {});
                socket.close();
            }
        });
    }
}
