package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.server.HttpCalls;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes, each a process of its own: writes over HTTP with idempotency keys while leaders are killed, and without enough replicas
 * (gateway protocol §13, behaviours 9 and 10).
 */
class IdempotencyFailoverIT {

    private static final int NODES = 3;
    private static final String TOPIC = "once";

    /** With two replicas that must both have everything. */
    private static final String PAIR = "pair";

    private static final Pattern LEADER = Pattern.compile("\"partition\":0,\"leader\":(\\d+)");
    private static final Pattern REPLICAS = Pattern.compile("\"replicas\":\\[(\\d+),(\\d+)]");
    private static final Pattern VALUE = Pattern.compile("\"value\":(\\d+)");
    private static final Pattern RESUME = Pattern.compile("\"resume\":\"([^\"]+)\"");

    @TempDir
    Path directory;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    @Timeout(value = 4, unit = TimeUnit.MINUTES)
    void whateverDiesARecordWithAKeyIsStoredOnceAndWithoutEnoughReplicasNothingIsAcknowledged() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(directory, NODES)) {
            cluster.startAll();
            ClusterView.awaitAllVoters(cluster.bootstrapServers());
            createTopic(cluster, PAIR, 1, 2);
            createTopic(cluster, TOPIC, 3, 3);
            withoutEnoughReplicasNothingIsAcknowledged(cluster);
            whatOnlyADeadLeaderHadIsStoredByTheNextOne(cluster);
            whileALeaderIsKilledEveryNumberIsStoredOnce(cluster);
        }
    }

    private void withoutEnoughReplicasNothingIsAcknowledged(ClusterProcesses cluster) throws Exception {
        String partitions = HttpCalls.get(cluster.httpUrl(1) + "/topics/" + PAIR + "/partitions")
                .body();
        int leader = leader(cluster, 1, PAIR);
        Matcher replicas = REPLICAS.matcher(partitions);
        assertThat(replicas.find()).as(partitions).isTrue();
        int first = Integer.parseInt(replicas.group(1));
        int follower = first == leader ? Integer.parseInt(replicas.group(2)) : first;
        cluster.kill(follower);
        List<Integer> statuses = new ArrayList<>();
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    int status = post(cluster.httpUrl(leader), PAIR, "without-" + statuses.size(), "7", 1_000)
                            .join()
                            .statusCode();
                    statuses.add(status);
                    return status == 503;
                });
        HttpResponse<String> refused =
                post(cluster.httpUrl(leader), PAIR, "never", "7", 1_000).join();
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("NOT_ENOUGH_REPLICAS", "\"retriable\":true");
        assertThat(Integer.parseInt(refused.headers().firstValue("retry-after").orElseThrow()))
                .isBetween(1, 5);
        assertThat(statuses).isSubsetOf(503, 504);
        cluster.start(follower);
        OnceWriter later = new OnceWriter(client, List.of(cluster.httpUrl(leader)), PAIR, 1, 0);
        later.write(1);
    }

    /** Both followers stand still, so the leader has the record alone, and cannot say so, when it dies. */
    private void whatOnlyADeadLeaderHadIsStoredByTheNextOne(ClusterProcesses cluster) throws Exception {
        awaitAllInSync(cluster);
        int leader = leader(cluster, 1, TOPIC);
        List<Integer> others =
                cluster.runningNodes().stream().filter(node -> node != leader).toList();
        for (int other : others) {
            cluster.pause(other);
        }
        CompletableFuture<HttpResponse<String>> unanswered =
                post(cluster.httpUrl(leader), TOPIC + "/records?partition=0", "lost", "1");
        Pause.of(Duration.ofMillis(500));
        assertThat(unanswered).isNotDone();
        cluster.kill(leader);
        for (int other : others) {
            cluster.resume(other);
        }
        assertThat(unanswered.handle((answer, failure) -> failure).join()).isNotNull();
        for (int round = 0; round < 3; round++) {
            String url = cluster.httpUrl(others.get(round % 2));
            await().atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> {
                        return post(url, TOPIC + "/records?partition=0", "lost", "1")
                                        .join()
                                        .statusCode()
                                == 200;
                    });
        }
        cluster.start(leader);
        assertThat(numbers(cluster, others.get(0), TOPIC)).containsExactly(1L);
    }

    private void whileALeaderIsKilledEveryNumberIsStoredOnce(ClusterProcesses cluster) throws Exception {
        awaitAllInSync(cluster);
        List<String> urls = List.of(cluster.httpUrl(1), cluster.httpUrl(2), cluster.httpUrl(3));
        List<OnceWriter> writers = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            writers.add(new OnceWriter(client, urls, TOPIC, 1_000_000L * (i + 1), i).start());
        }
        Pause.of(Duration.ofSeconds(2));
        int victim = leader(cluster, 1, TOPIC);
        cluster.kill(victim);
        Pause.of(Duration.ofSeconds(4));
        cluster.start(victim);
        Pause.of(Duration.ofSeconds(1));
        for (OnceWriter writer : writers) {
            writer.stop();
        }
        List<Long> stored = numbers(cluster, victim % NODES + 1, TOPIC);
        assertThat(stored).doesNotHaveDuplicates();
        for (OnceWriter writer : writers) {
            assertThat(writer.acknowledged()).isPositive();
            long end = writer.first() + writer.acknowledged();
            assertThat(stored.stream()
                            .filter(number -> number >= writer.first() && number < end)
                            .count())
                    .isEqualTo(writer.acknowledged());
            System.out.printf(
                    "IdempotencyFailoverIT: writer from %d: %d acknowledged, %d of them as replays, sent again after %s%n",
                    writer.first(), writer.acknowledged(), writer.replays(), writer.refusals());
        }
    }

    private CompletableFuture<HttpResponse<String>> post(String url, String path, String key, String body) {
        return post(url, path, key, body, 4_000);
    }

    private CompletableFuture<HttpResponse<String>> post(
            String url, String path, String key, String body, int timeoutMs) {
        String records = path.contains("?") ? path + "&" : path + "/records?";
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create(url + "/topics/" + records + "timeout_ms=" + timeoutMs))
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .timeout(Duration.ofSeconds(20))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private void createTopic(ClusterProcesses cluster, String topic, int partitions, int replicas) throws Exception {
        String body = String.format(
                "{\"name\":\"%s\",\"partitions\":%d,\"replication_factor\":%d,\"config\":{\"min.insync.replicas\":\"2\"}}",
                topic, partitions, replicas);
        assertThat(HttpCalls.postJson(cluster.httpUrl(1) + "/topics", body).statusCode())
                .isEqualTo(201);
        for (int node = 1; node <= NODES; node++) {
            String url = cluster.httpUrl(node) + "/topics/" + topic;
            await().until(() -> HttpCalls.get(url).statusCode() == 200);
        }
    }

    private static void awaitAllInSync(ClusterProcesses cluster) {
        try (ClusterView view = new ClusterView(cluster.bootstrapServers(), TOPIC)) {
            view.awaitAllInSync();
        }
        ClusterView.awaitAllVoters(cluster.bootstrapServers());
    }

    private static int leader(ClusterProcesses cluster, int node, String topic) throws Exception {
        String partitions = HttpCalls.get(cluster.httpUrl(node) + "/topics/" + topic + "/partitions")
                .body();
        Matcher leader = LEADER.matcher(partitions);
        assertThat(leader.find()).as(partitions).isTrue();
        return Integer.parseInt(leader.group(1));
    }

    /** Every value of a topic, as a node gives them. */
    private static List<Long> numbers(ClusterProcesses cluster, int node, String topic) throws Exception {
        List<Long> numbers = new ArrayList<>();
        String from = "from=earliest";
        while (true) {
            String page = HttpCalls.get(
                            cluster.httpUrl(node) + "/topics/" + topic + "/records?max=10000&wait=1s&" + from)
                    .body();
            Matcher values = VALUE.matcher(page);
            int before = numbers.size();
            while (values.find()) {
                numbers.add(Long.parseLong(values.group(1)));
            }
            if (page.contains("\"caught_up\":true") && numbers.size() == before) {
                return numbers;
            }
            Matcher resume = RESUME.matcher(page);
            assertThat(resume.find()).as(page).isTrue();
            from = "resume=" + resume.group(1);
        }
    }
}
