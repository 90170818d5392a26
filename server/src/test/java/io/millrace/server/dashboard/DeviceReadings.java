package io.millrace.server.dashboard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Twelve devices that post a reading each, over and over, and remember where each one was stored. */
final class DeviceReadings implements AutoCloseable {

    static final String TOPIC = "readings";
    static final int PARTITIONS = 4;

    private static final int DEVICES = 12;
    private static final long EVERY_MS = 200;
    private static final Pattern STORED = Pattern.compile("\"partition\":(\\d+),\"offset\":(\\d+)");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String baseUrl;
    private final Random random = new Random(7);
    private final List<Position> acknowledged = Collections.synchronizedList(new ArrayList<>());
    private ScheduledExecutorService thread;

    DeviceReadings(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    void createTopic() {
        post("/topics", "application/json", "{\"name\":\"" + TOPIC + "\",\"partitions\":" + PARTITIONS + "}", 201);
    }

    void start() {
        thread = Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "device-readings"));
        thread.scheduleAtFixedRate(this::postReadings, 0, EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /** Ends posting; a request under way is waited for, so that its outcome is known. */
    void stop() throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a request to " + baseUrl + " is not answered");
        }
    }

    /** Where each reading that the server acknowledged was stored. */
    List<Position> acknowledged() {
        synchronized (acknowledged) {
            return List.copyOf(acknowledged);
        }
    }

    /** One offset of one partition. */
    record Position(int partition, long offset) {}

    private void postReadings() {
        StringBuilder lines = new StringBuilder();
        for (int device = 1; device <= DEVICES; device++) {
            lines.append(String.format(
                    Locale.ROOT,
                    "{\"device\":\"dev-%d\",\"seq\":%d,\"temperature\":%.2f,\"site\":{\"name\":\"hall\",\"temp\":%.1f}}%n",
                    device,
                    acknowledged.size(),
                    18 + device * 0.5 + random.nextGaussian() * 0.3,
                    15 + random.nextGaussian()));
        }
        String answer =
                post("/topics/" + TOPIC + "/records?key_field=device", "application/x-ndjson", lines.toString(), 200);
        Matcher stored = STORED.matcher(answer);
        while (stored.find()) {
            acknowledged.add(new Position(Integer.parseInt(stored.group(1)), Long.parseLong(stored.group(2))));
        }
    }

    private String post(String path, String contentType, String body, int expectedStatus) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + path))
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != expectedStatus) {
                throw new IllegalStateException(path + " answered " + response.statusCode() + ": " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (thread != null) {
            stop();
        }
    }
}
