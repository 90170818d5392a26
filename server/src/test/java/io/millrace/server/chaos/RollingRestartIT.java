package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * All nodes are stopped and started, one after the other, while devices post readings to one node each. They know nothing but to send again
 * when a connection is closed or refused: no answer may be an error.
 */
class RollingRestartIT {

    private static final String TOPIC = "readings";
    private static final int NODES = 3;
    private static final int DEVICES_PER_NODE = 2;

    @TempDir
    Path directory;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger sentAgain = new AtomicInteger();
    private volatile boolean stopped;

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void noDeviceGetsAnErrorWhileNodesAreRestarted() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(directory, NODES)) {
            cluster.startAll();
            try (ClusterView view = new ClusterView(cluster.bootstrapServers(), TOPIC)) {
                view.createTopic(6, NODES, 2);
                List<Thread> devices = new ArrayList<>();
                for (int device = 0; device < NODES * DEVICES_PER_NODE; device++) {
                    devices.add(device(cluster.httpUrl(device % NODES + 1), device));
                }
                for (int node = 1; node <= NODES; node++) {
                    cluster.stop(node);
                    cluster.start(node);
                    view.awaitAllInSync();
                }
                stopped = true;
                for (Thread device : devices) {
                    device.join(30_000);
                }
            }
        }
        System.out.printf(
                "RollingRestartIT: %d readings acknowledged, %d sent again after a closed or refused connection, errors: %s%n",
                answered.get(), sentAgain.get(), wrong);
        assertThat(wrong).isEmpty();
        assertThat(answered.get()).isGreaterThan(100);
    }

    private Thread device(String node, int number) {
        Thread thread = new Thread(() -> post(node, number), "device-" + number);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void post(String node, int number) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(node + "/topics/" + TOPIC + "/records"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofString("{\"device\":" + number + "}"))
                .build();
        while (!stopped) {
            try {
                HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    answered.incrementAndGet();
                } else {
                    wrong.add(node + " " + answer.statusCode() + " " + answer.body());
                }
                Pause.of(Duration.ofMillis(5));
            } catch (IOException closed) {
                sentAgain.incrementAndGet();
                Pause.of(Duration.ofMillis(20));
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
