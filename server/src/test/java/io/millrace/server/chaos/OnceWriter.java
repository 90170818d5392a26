package io.millrace.server.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes numbers over HTTP, one after the other, each with an idempotency key of its own. Whatever goes wrong, the same request is sent
 * again to the next node, until it is answered 200.
 */
final class OnceWriter {

    private final HttpClient client;
    private final List<String> urls;
    private final String topic;
    private final AtomicLong acknowledged = new AtomicLong();
    private final Map<String, Integer> refusals = new TreeMap<>();
    private final long first;
    private volatile boolean stopped;
    private volatile Throwable wrong;
    private Thread thread;
    private int node;
    private int replays;

    OnceWriter(HttpClient client, List<String> urls, String topic, long first, int node) {
        this.client = client;
        this.urls = urls;
        this.topic = topic;
        this.first = first;
        this.node = node;
    }

    OnceWriter start() {
        thread = new Thread(
                () -> {
                    try {
                        while (!stopped) {
                            write(first + acknowledged.get());
                            acknowledged.incrementAndGet();
                        }
                    } catch (InterruptedException | AssertionError e) {
                        wrong = e;
                    }
                },
                "once-writer-" + first);
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    /** Writes one number, however often it has to be sent. */
    void write(long number) throws InterruptedException {
        while (true) {
            String outcome;
            try {
                HttpResponse<String> answer = client.send(request(number), BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    replays +=
                            answer.headers().firstValue("idempotency-replayed").isPresent() ? 1 : 0;
                    return;
                }
                if (answer.statusCode() < 500 && answer.statusCode() != 409) {
                    throw new AssertionError(answer.statusCode() + ": " + answer.body());
                }
                outcome = Integer.toString(answer.statusCode());
            } catch (IOException e) {
                outcome = e.getClass().getSimpleName();
            }
            refusals.merge(outcome, 1, Integer::sum);
            node++;
            Pause.of(Duration.ofMillis(100));
        }
    }

    private HttpRequest request(long number) {
        return HttpRequest.newBuilder(
                        URI.create(urls.get(node % urls.size()) + "/topics/" + topic + "/records?timeout_ms=4000"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "number-" + number)
                .timeout(Duration.ofSeconds(10))
                .POST(BodyPublishers.ofString(Long.toString(number)))
                .build();
    }

    /** Ends after the number that is under way. */
    void stop() throws InterruptedException {
        stopped = true;
        thread.join(60_000);
        if (wrong != null || thread.isAlive()) {
            throw new AssertionError("writer from " + first + " does not end as it should", wrong);
        }
    }

    /** The numbers from {@code first} on that were answered 200. */
    long acknowledged() {
        return acknowledged.get();
    }

    long first() {
        return first;
    }

    int replays() {
        return replays;
    }

    Map<String, Integer> refusals() {
        return refusals;
    }
}
