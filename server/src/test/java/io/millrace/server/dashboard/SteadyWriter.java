package io.millrace.server.dashboard;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes about 400 records a second over HTTP to a node that comes and goes, and keeps how far each partition got. */
final class SteadyWriter implements AutoCloseable {

    private static final int RECORDS = 20;
    private static final long EVERY_MS = 50;
    private static final Pattern STORED = Pattern.compile("\"partition\":(\\d+),\"offset\":(\\d+)");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final Map<Integer, Long> ends = new ConcurrentHashMap<>();
    private final URI uri;
    private long sequence;

    SteadyWriter(String httpUrl, String topic) {
        uri = URI.create(httpUrl + "/topics/" + topic + "/records?key_field=device");
        thread.scheduleWithFixedDelay(this::write, 0, EVERY_MS, TimeUnit.MILLISECONDS);
    }

    private void write() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < RECORDS; i++) {
            lines.append("{\"device\":\"dev-").append(sequence % 31).append("\",\"sequence\":");
            lines.append(sequence++).append("}\n");
        }
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(uri)
                            .header("Content-Type", "application/x-ndjson")
                            .POST(HttpRequest.BodyPublishers.ofString(lines.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            Matcher stored = STORED.matcher(answer.body());
            while (stored.find()) {
                ends.merge(Integer.valueOf(stored.group(1)), Long.parseLong(stored.group(2)) + 1, Math::max);
            }
        } catch (IOException e) {
            // The node is away. What was lost with it was not acknowledged.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    long stored() {
        return ends.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Ends writing. For each partition the offset behind the last record that was acknowledged. */
    Map<Integer, Long> stop() throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a request to " + uri + " is not answered");
        }
        return new TreeMap<>(ends);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
