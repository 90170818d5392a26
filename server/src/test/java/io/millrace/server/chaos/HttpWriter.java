package io.millrace.server.chaos;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes numbers to one partition over HTTP at one node, one after the other, and keeps where they were said to be. A number that was
 * refused is written again; one whose outcome is unknown is not.
 */
final class HttpWriter {

    private static final Pattern OFFSET = Pattern.compile("\"offset\":(\\d+)");

    private final HttpClient client;
    private final URI uri;
    private final Map<Long, Long> acknowledged = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> refusals = new TreeMap<>();
    private volatile boolean stopped;
    private Thread thread;
    private long unknown;
    private long next;

    HttpWriter(HttpClient client, String node, String topic, int partition, int timeoutMs) {
        this.client = client;
        this.uri =
                URI.create(node + "/topics/" + topic + "/records?partition=" + partition + "&timeout_ms=" + timeoutMs);
    }

    /** Writes this number and those after it until {@link #stop}, with a pause after each. */
    HttpWriter start(long first, Duration pause) {
        next = first;
        thread = new Thread(
                () -> {
                    while (!stopped) {
                        write(next++);
                        Pause.of(pause);
                    }
                },
                "writer");
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    void stop() throws InterruptedException {
        stopped = true;
        thread.join(30_000);
    }

    /** Writes a number; answers its offset, -1 when that is unknown. */
    long write(long number) {
        while (true) {
            try {
                HttpRequest request = HttpRequest.newBuilder(uri)
                        .header("Content-Type", "application/json")
                        .timeout(Duration.ofSeconds(30))
                        .POST(BodyPublishers.ofString(Long.toString(number)))
                        .build();
                HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
                Matcher offset = OFFSET.matcher(answer.body());
                if (answer.statusCode() == 200 && offset.find()) {
                    long at = Long.parseLong(offset.group(1));
                    acknowledged.put(at, number);
                    return at;
                }
                refusals.merge(answer.statusCode(), 1, Integer::sum);
                if (answer.statusCode() != 503) {
                    unknown++;
                    return -1;
                }
            } catch (Exception broken) {
                unknown++;
                return -1;
            }
            if (stopped) {
                return -1;
            }
        }
    }

    /** Numbers by offset. */
    Map<Long, Long> acknowledged() {
        return acknowledged;
    }

    /** Numbers that may or may not be stored. */
    long unknown() {
        return unknown;
    }

    /** Answers other than 200, by status. */
    Map<Integer, Integer> refusals() {
        return refusals;
    }
}
