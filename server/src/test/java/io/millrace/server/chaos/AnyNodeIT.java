package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.server.chaos.StreamFollower.Seen;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes, each a process of its own: HTTP and streams at whichever node, for topics with a replica on every node and with one
 * replica only, while a leader is killed and comes back.
 */
class AnyNodeIT {

    private static final int NODES = 3;
    private static final int PARTITIONS = 3;

    /** A replica on each node. */
    private static final String EVERYWHERE = "everywhere";

    /** One replica of each partition. */
    private static final String SINGLE = "single";

    private static final Pattern LEADER = Pattern.compile("\"partition\":(\\d+),\"leader\":(\\d+)");
    private static final int LATENCY_SAMPLES = 200;

    /** No number below it is written while a leader is killed. */
    private static final long FIRST_NUMBER = 10_000_000;

    @TempDir
    Path directory;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void whereverClientsAreTheySeeEachRecordOnceAndInOrder() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(directory, NODES)) {
            cluster.startAll();
            createTopic(cluster, EVERYWHERE, NODES, 2);
            createTopic(cluster, SINGLE, 1, 1);
            whatIsWrittenAtOneNodeIsReadAtTheOthersAtOnce(cluster);
            everyNodeTellsHowFarAGroupIs(cluster);
            tellLatency(cluster, EVERYWHERE);
            tellLatency(cluster, SINGLE);
            streamsOutliveALeader(cluster);
        }
    }

    private void whatIsWrittenAtOneNodeIsReadAtTheOthersAtOnce(ClusterProcesses cluster) throws Exception {
        for (String topic : List.of(EVERYWHERE, SINGLE)) {
            for (int writer = 1; writer <= NODES; writer++) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    long number = 1_000_000L + writer;
                    long offset =
                            new HttpWriter(client, cluster.httpUrl(writer), topic, partition, 10_000).write(number);
                    assertThat(offset)
                            .as("%s-%d at node %d", topic, partition, writer)
                            .isNotNegative();
                    for (int reader = 1; reader <= NODES; reader++) {
                        assertThat(get(cluster.httpUrl(reader) + "/topics/" + topic + "/records?partition=" + partition
                                        + "&from=" + offset))
                                .as("%s-%d, written at node %d, at node %d", topic, partition, writer, reader)
                                .contains("\"offset\":" + offset + ",")
                                .contains("\"value\":" + number);
                    }
                }
            }
        }
    }

    private void everyNodeTellsHowFarAGroupIs(ClusterProcesses cluster) throws Exception {
        TopicPartition partition = new TopicPartition(SINGLE, 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
            admin.alterConsumerGroupOffsets("readers", Map.of(partition, new OffsetAndMetadata(1)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
        for (int node = 1; node <= NODES; node++) {
            String url = cluster.httpUrl(node) + "/groups/readers/offsets";
            // The topic of the offsets was made a moment ago.
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(get(url))
                            .as(url)
                            .isEqualTo(
                                    "{\"group\":\"readers\",\"offsets\":[{\"topic\":\"single\",\"partition\":0,\"offset\":1,"
                                            + "\"high_watermark\":3,\"lag\":2,\"metadata\":\"\"}]}"));
        }
    }

    private void tellLatency(ClusterProcesses cluster, String topic) throws Exception {
        int leader = leader(cluster, topic, 0);
        int writer = leader % NODES + 1;
        int reader = writer % NODES + 1;
        HttpWriter http = new HttpWriter(client, cluster.httpUrl(writer), topic, 0, 10_000);
        try (StreamFollower follower =
                new StreamFollower(client, topic, PARTITIONS, List.of(cluster.httpUrl(reader)))) {
            long[] micros = new long[LATENCY_SAMPLES];
            for (int sample = -50; sample < LATENCY_SAMPLES; sample++) {
                long began = System.nanoTime();
                long offset = http.write(sample);
                await().pollInterval(Duration.ofMillis(1)).until(() -> follower.count(0) > offset);
                if (sample >= 0) {
                    micros[sample] = (follower.seen(0).get((int) offset).nanos() - began) / 1_000;
                }
            }
            Arrays.sort(micros);
            System.out.printf(
                    Locale.ROOT,
                    "AnyNodeIT: %s-0, led by node %d, written over HTTP at node %d, seen by a WebSocket of node %d:"
                            + " p50 %.1f ms, p95 %.1f ms, max %.1f ms%n",
                    topic,
                    leader,
                    writer,
                    reader,
                    micros[LATENCY_SAMPLES / 2] / 1e3,
                    micros[LATENCY_SAMPLES * 95 / 100] / 1e3,
                    micros[LATENCY_SAMPLES - 1] / 1e3);
        }
    }

    private void streamsOutliveALeader(ClusterProcesses cluster) throws Exception {
        int victim = leader(cluster, EVERYWHERE, 0);
        int survivor = victim % NODES + 1;
        List<StreamFollower> followers = new ArrayList<>();
        List<HttpWriter> writers = new ArrayList<>();
        for (String topic : List.of(EVERYWHERE, SINGLE)) {
            for (int node = 1; node <= NODES; node++) {
                // Of the node that dies, the follower goes to another.
                followers.add(new StreamFollower(
                        client, topic, PARTITIONS, List.of(cluster.httpUrl(node), cluster.httpUrl(survivor))));
            }
            for (int partition = 0; partition < PARTITIONS; partition++) {
                writers.add(new HttpWriter(client, cluster.httpUrl(survivor), topic, partition, 2_000)
                        .start(FIRST_NUMBER, Duration.ofMillis(5)));
            }
        }
        Pause.of(Duration.ofSeconds(2));
        ClusterView.awaitAllVoters(cluster.bootstrapServers());
        cluster.kill(victim);
        Pause.of(Duration.ofSeconds(4));
        cluster.start(victim);
        Pause.of(Duration.ofSeconds(2));
        for (HttpWriter writer : writers) {
            writer.stop();
        }
        for (int i = 0; i < 2; i++) {
            String topic = List.of(EVERYWHERE, SINGLE).get(i);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                HttpWriter writer = writers.get(i * PARTITIONS + partition);
                int number = partition;
                for (int node = 1; node <= NODES; node++) {
                    compare(
                            topic + "-" + partition + " at node " + node,
                            () -> end(cluster, survivor, topic, number),
                            writer.acknowledged(),
                            followers.get(i * NODES + node - 1),
                            partition);
                }
                System.out.printf(
                        "AnyNodeIT: %s-%d: %d acknowledged, %d unknown, refused and sent again %s; seen by 3 followers once,"
                                + " in order%n",
                        topic, partition, writer.acknowledged().size(), writer.unknown(), writer.refusals());
            }
        }
        for (int node = 1; node <= NODES; node++) {
            if (node != victim) {
                assertThat(followers.get(node - 1).connections())
                        .as("node " + node)
                        .isEqualTo(1);
                assertThat(followers.get(NODES + node - 1).connections())
                        .as("node " + node)
                        .isEqualTo(1);
            }
        }
        followers.forEach(StreamFollower::close);
        for (int node = 1; node <= NODES; node++) {
            String overview = cluster.httpUrl(node) + "/overview";
            await().until(() -> get(overview).contains("\"open_streams\":0,"));
        }
    }

    private static void compare(
            String what, Callable<Long> end, Map<Long, Long> acknowledged, StreamFollower follower, int partition) {
        // The end moves once more when a write that was not answered in time is stored after all.
        await().alias(what + ": as many records as there are")
                .atMost(Duration.ofSeconds(60))
                .until(() -> follower.count(partition) == end.call());
        List<Seen> seen = follower.seen(partition);
        for (int i = 0; i < seen.size(); i++) {
            assertThat(seen.get(i).offset()).as(what).isEqualTo(i);
        }
        assertThat(seen.stream().map(Seen::number).filter(number -> number >= FIRST_NUMBER))
                .as("stored twice in " + what)
                .doesNotHaveDuplicates();
        acknowledged.forEach(
                (offset, number) -> assertThat(seen.get(offset.intValue()).number())
                        .as("%s, offset %d", what, offset)
                        .isEqualTo(number));
    }

    private void createTopic(ClusterProcesses cluster, String topic, int replicas, int minInSync) throws Exception {
        String body = String.format(
                "{\"name\":\"%s\",\"partitions\":%d,\"replication_factor\":%d,\"config\":{\"min.insync.replicas\":\"%d\"}}",
                topic, PARTITIONS, replicas, minInSync);
        HttpRequest request = HttpRequest.newBuilder(URI.create(cluster.httpUrl(1) + "/topics"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(201);
        // The other nodes hear of it a moment later.
        for (int node = 1; node <= NODES; node++) {
            String url = cluster.httpUrl(node) + "/topics/" + topic;
            await().until(() -> status(url) == 200);
        }
    }

    private int leader(ClusterProcesses cluster, String topic, int partition) throws Exception {
        Matcher leaders = LEADER.matcher(get(cluster.httpUrl(1) + "/topics/" + topic + "/partitions"));
        while (leaders.find()) {
            if (leaders.group(1).equals(Integer.toString(partition))) {
                return Integer.parseInt(leaders.group(2));
            }
        }
        throw new AssertionError("no leader of " + topic + "-" + partition);
    }

    private long end(ClusterProcesses cluster, int node, String topic, int partition) throws Exception {
        String offsets = get(cluster.httpUrl(node) + "/topics/" + topic + "/partitions/" + partition + "/offsets");
        Matcher end = Pattern.compile("\"high_watermark\":(\\d+)").matcher(offsets);
        assertThat(end.find()).as(offsets).isTrue();
        return Long.parseLong(end.group(1));
    }

    private String get(String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }

    private int status(String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .statusCode();
    }
}
