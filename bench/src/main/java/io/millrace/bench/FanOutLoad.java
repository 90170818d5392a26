package io.millrace.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One publisher, many followers of one topic, over WebSockets. Needs nothing but a JDK, and no build:
 *
 * <pre>
 * java bench/src/main/java/io/millrace/bench/FanOutLoad.java followers=100 rate=1000 warm=20 seconds=30 pid=PID
 * </pre>
 *
 * Each argument is {@code name=value}; {@link #DEFAULTS} has them all. The topic has to be there. Records are JSON of about 200 bytes and hold
 * the time at which they were to be sent, so a server that stands still is not spared. Prints the records that were acknowledged, the
 * deliveries, their latency, and, with {@code pid}, the CPU seconds of that process for each million of them, and its resident memory. With
 * {@code rate=0} nothing is published: then the followers are idle. {@code query} is appended to the URL of the followers.
 */
public final class FanOutLoad {

    private static final Map<String, String> DEFAULTS = new HashMap<>(Map.of(
            "url", "ws://127.0.0.1:8080",
            "topic", "readings",
            "followers", "100",
            "rate", "1000",
            "keys", "100",
            "warm", "20",
            "seconds", "30",
            "query", "",
            "subprotocol", "millrace.v1.json",
            "pid", "0"));

    /** What the gateway lets a connection have unanswered is 64. */
    private static final int UNANSWERED_MAX = 60;
    /** Handshakes that are under way at a time. */
    private static final int OPENING_MAX = 50;

    private static final long NANOS_OF_BUCKET = 20_000;
    private static final int BUCKETS = 1_000_000;
    private static final String AT = "\"at\":";
    private static final String PADDING = "x".repeat(140);

    private final Map<String, String> given;
    private final HttpClient client = HttpClient.newHttpClient();
    private final long beganNanos = System.nanoTime();
    private final AtomicLongArray latencies = new AtomicLongArray(BUCKETS);
    private final AtomicLong deliveries = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private volatile boolean measuring;

    private FanOutLoad(Map<String, String> given) {
        this.given = given;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> given = new HashMap<>(DEFAULTS);
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            if (parts.length < 2 || !DEFAULTS.containsKey(parts[0])) {
                Set<String> known = new TreeSet<>(DEFAULTS.keySet());
                System.err.println(argument + " is not known; write name=value, of " + String.join(", ", known));
                System.exit(2);
            }
            given.put(parts[0], parts[1]);
        }
        new FanOutLoad(given).run();
        System.exit(0);
    }

    private long number(String name) {
        return Long.parseLong(given.get(name));
    }

    private void run() throws Exception {
        long residentBefore = residentKilobytes();
        List<WebSocket> followers = follow();
        System.out.printf("%d followers are connected%n", followers.size());
        Thread publisher = new Thread(this::publish, "publisher");
        publisher.setDaemon(true);
        publisher.start();
        TimeUnit.SECONDS.sleep(number("warm"));
        long acknowledgedBefore = acknowledged.get();
        long cpuBefore = cpuTicks();
        measuring = true;
        TimeUnit.SECONDS.sleep(number("seconds"));
        measuring = false;
        long delivered = deliveries.get();
        System.out.printf(
                "%d records acknowledged, %d refused, %d deliveries, %d connections lost%n",
                acknowledged.get() - acknowledgedBefore, refused.get(), delivered, lost.get());
        if (delivered > 0) {
            System.out.printf("p50 %.2f ms, p99 %.2f ms%n", percentileMs(0.5), percentileMs(0.99));
        }
        if (number("pid") > 0) {
            double cpuSeconds = (cpuTicks() - cpuBefore) / 100.0;
            System.out.printf(
                    "server: %.2f s of CPU%s, %d KiB more resident memory than before the followers%n",
                    cpuSeconds,
                    delivered == 0
                            ? ""
                            : String.format(", %.2f s for a million deliveries", cpuSeconds * 1e6 / delivered),
                    residentKilobytes() - residentBefore);
        }
    }

    // ---- followers

    private List<WebSocket> follow() throws Exception {
        URI uri = URI.create(given.get("url") + "/topics/" + given.get("topic") + "/stream?from=latest"
                + (given.get("query").isEmpty() ? "" : "&" + given.get("query")));
        List<WebSocket> open = new ArrayList<>();
        while (open.size() < number("followers")) {
            List<CompletableFuture<WebSocket>> opening = new ArrayList<>();
            while (opening.size() < OPENING_MAX && open.size() + opening.size() < number("followers")) {
                WebSocket.Builder builder = client.newWebSocketBuilder();
                if (!given.get("subprotocol").isEmpty()) {
                    builder.subprotocols(given.get("subprotocol"));
                }
                opening.add(builder.buildAsync(uri, new Follower()));
            }
            for (CompletableFuture<WebSocket> each : opening) {
                open.add(each.get(30, TimeUnit.SECONDS));
            }
        }
        return open;
    }

    /** Puts messages together, which come one after the other, and takes them as fast as it can. */
    private abstract static class Messages implements WebSocket.Listener {
        private final StringBuilder partial = new StringBuilder();

        abstract void take(StringBuilder message);

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                take(partial);
                partial.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }

    private final class Follower extends Messages {
        @Override
        void take(StringBuilder message) {
            if (measuring) {
                count(message);
            }
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            System.err.println("a follower was closed: " + code + " " + reason);
            lost.incrementAndGet();
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            System.err.println("a follower was lost: " + error);
            lost.incrementAndGet();
        }
    }

    private void count(StringBuilder message) {
        long now = System.nanoTime() - beganNanos;
        for (int at = message.indexOf(AT); at >= 0; at = message.indexOf(AT, at + 1)) {
            long sentNanos = 0;
            for (int i = at + AT.length(); Character.isDigit(message.charAt(i)); i++) {
                sentNanos = 10 * sentNanos + message.charAt(i) - '0';
            }
            deliveries.incrementAndGet();
            latencies.incrementAndGet((int) Math.min(BUCKETS - 1, (now - sentNanos) / NANOS_OF_BUCKET));
        }
    }

    private double percentileMs(double share) {
        long wanted = (long) Math.ceil(share * deliveries.get());
        int bucket = 0;
        for (long seen = latencies.get(0); seen < wanted && bucket < BUCKETS - 1; seen += latencies.get(bucket)) {
            bucket++;
        }
        return bucket * NANOS_OF_BUCKET / 1e6;
    }

    // ---- publisher

    /** Sends what is due, however long it had to wait for the answers to what came before. */
    private void publish() {
        long rate = number("rate");
        if (rate == 0) {
            return;
        }
        WebSocket socket = client.newWebSocketBuilder()
                .subprotocols("millrace.v1.json")
                .buildAsync(URI.create(given.get("url") + "/stream"), new Publisher())
                .join();
        long began = System.nanoTime();
        long sent = 0;
        try {
            while (true) {
                long due = (System.nanoTime() - began) * rate / 1_000_000_000 + 1;
                if (due > sent && unanswered.get() < UNANSWERED_MAX) {
                    // A message has at most a megabyte.
                    long until = Math.min(due, sent + 2_000);
                    unanswered.incrementAndGet();
                    socket.sendText(produce(began - beganNanos, rate, sent, until), true)
                            .join();
                    sent = until;
                } else {
                    TimeUnit.MICROSECONDS.sleep(100);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String produce(long firstNanos, long rate, long from, long until) {
        StringBuilder message = new StringBuilder("{\"type\":\"produce\",\"id\":\"p\",\"topic\":\"")
                .append(given.get("topic"))
                .append("\",\"records\":[");
        for (long n = from; n < until; n++) {
            message.append(n == from ? "" : ",")
                    .append("{\"key\":\"dev-")
                    .append(n % number("keys"))
                    .append("\",\"value\":{")
                    .append(AT)
                    .append(firstNanos + n * 1_000_000_000 / rate)
                    .append(",\"n\":")
                    .append(n)
                    .append(",\"text\":\"")
                    .append(PADDING)
                    .append("\"}}");
        }
        return message.append("]}").toString();
    }

    private final class Publisher extends Messages {
        @Override
        void take(StringBuilder message) {
            if (message.indexOf("{\"type\":\"produced\"") == 0) {
                unanswered.decrementAndGet();
                for (int at = message.indexOf("\"offset\":"); at >= 0; at = message.indexOf("\"offset\":", at + 1)) {
                    acknowledged.incrementAndGet();
                }
            } else if (message.indexOf("{\"type\":\"error\"") == 0) {
                unanswered.decrementAndGet();
                refused.incrementAndGet();
                System.err.println(message);
            }
        }
    }

    // ---- the server's process, as Linux tells it

    /** User and system time in hundredths of a second. */
    private long cpuTicks() throws IOException {
        if (number("pid") == 0) {
            return 0;
        }
        String stat = Files.readString(Path.of("/proc/" + number("pid") + "/stat"));
        // Behind the name of the program, which may have spaces.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private long residentKilobytes() throws IOException {
        if (number("pid") == 0) {
            return 0;
        }
        for (String line : Files.readAllLines(Path.of("/proc/" + number("pid") + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }
}
