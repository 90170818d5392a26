package io.millrace.server.chaos;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Follows partitions of a topic over a WebSocket from their beginning and checks that each offset comes once and in order. When the
 * connection ends it goes on at the next node, after the last record that it saw. Light: hundreds of them run in one process.
 *
 * <p>Runs on one event loop; counts may be read on any thread.
 */
final class OffsetFollower {

    private static final long RETRY_MS = 100;

    /** A connection to a machine that is gone may never fail by itself. */
    private static final int CONNECT_TIMEOUT_MS = 2_000;

    private static final String PARTITION = "\"partition\":";
    private static final String OFFSET = "\"offset\":";

    private final Vertx vertx;
    private final WebSocketClient client;
    private final String topic;
    private final List<NodePorts> nodes;
    private final int[] partitions;
    private final long[] next;
    private final AtomicLong seen = new AtomicLong();
    private final Consumer<String> wrong;
    private int node;
    private volatile int connections;
    private volatile long longestSilenceMs;
    private long lastRecordNs;
    private boolean resumed;
    private boolean closed;
    private WebSocket socket;

    /**
     * @param node index of the node to begin with
     * @param partitions what to follow
     * @param wrong is told of every record that should not have come now
     */
    OffsetFollower(
            Vertx vertx,
            WebSocketClient client,
            String topic,
            List<NodePorts> nodes,
            int node,
            int[] partitions,
            Consumer<String> wrong) {
        this.vertx = vertx;
        this.client = client;
        this.topic = topic;
        this.nodes = nodes;
        this.node = node;
        this.partitions = partitions;
        this.next = new long[Arrays.stream(partitions).max().orElseThrow() + 1];
        this.wrong = wrong;
        vertx.runOnContext(turn -> connect());
    }

    private void connect() {
        if (closed) {
            return;
        }
        connections++;
        NodePorts at = nodes.get(node % nodes.size());
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(at.http())
                .setTimeout(CONNECT_TIMEOUT_MS)
                .setURI("/topics/" + topic + "/stream?partition="
                        + Arrays.stream(partitions).mapToObj(Integer::toString).collect(Collectors.joining(","))
                        + "&from="
                        + Arrays.stream(partitions)
                                .mapToObj(each -> each + ":" + next[each])
                                .collect(Collectors.joining(",")));
        client.connect(options).onSuccess(this::follow).onFailure(failure -> again());
    }

    private void follow(WebSocket opened) {
        socket = opened;
        opened.textMessageHandler(this::take);
        opened.exceptionHandler(failure -> {});
        opened.closeHandler(ended -> again());
    }

    private void again() {
        node++;
        resumed = true;
        vertx.setTimer(RETRY_MS, timer -> connect());
    }

    private void take(String text) {
        int partition = (int) number(text, PARTITION);
        long offset = number(text, OFFSET);
        if (offset != next[partition]) {
            wrong.accept("partition " + partition + ": offset " + offset + " came instead of " + next[partition]);
        }
        next[partition] = offset + 1;
        long now = System.nanoTime();
        if (resumed && lastRecordNs != 0) {
            resumed = false;
            longestSilenceMs = Math.max(longestSilenceMs, (now - lastRecordNs) / 1_000_000);
        }
        lastRecordNs = now;
        seen.lazySet(seen.get() + 1);
    }

    private static long number(String text, String name) {
        int at = text.indexOf(name) + name.length();
        long value = 0;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            value = value * 10 + text.charAt(at++) - '0';
        }
        return value;
    }

    /** How many records came. */
    long seen() {
        return seen.get();
    }

    /** How often it had to connect. */
    int connections() {
        return connections;
    }

    /** Between the last record of a connection and the first of the next. */
    long longestSilenceMs() {
        return longestSilenceMs;
    }

    /** How many records there are for it, given the end of each partition. */
    long expected(long[] ends) {
        return IntStream.of(partitions).mapToLong(each -> ends[each]).sum();
    }

    void close() {
        vertx.runOnContext(turn -> {
            closed = true;
            if (socket != null) {
                socket.close();
            }
        });
    }
}
