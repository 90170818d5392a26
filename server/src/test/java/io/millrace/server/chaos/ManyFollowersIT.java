package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClientOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many followers over WebSockets, spread over the nodes, while the node that leads most is killed and comes back: each sees each record
 * once and in order.
 *
 * <p>{@code -Dmillrace.followers.count=200}, {@code -Dmillrace.followers.recordsPerSecond=10000} (of all producers together), {@code
 * -Dmillrace.followers.partitionsEach=12} and {@code -Dmillrace.followers.seconds=30} make it larger.
 */
class ManyFollowersIT {

    private static final String TOPIC = "history";
    private static final int NODES = 3;
    private static final int PARTITIONS = 12;
    private static final int PRODUCERS = 5;
    private static final int FOLLOWERS = Integer.getInteger("millrace.followers.count", 60);
    private static final int RECORDS_PER_SECOND = Integer.getInteger("millrace.followers.recordsPerSecond", 1_500);
    private static final int PARTITIONS_EACH = Integer.getInteger("millrace.followers.partitionsEach", 2);
    private static final int SECONDS = Integer.getInteger("millrace.followers.seconds", 6);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final History history = new History();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void eachOfManyFollowersSeesEachRecordOnceAndInOrderWhenANodeIsKilled() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(directory, NODES)) {
            cluster.startAll();
            try (ClusterView view = new ClusterView(cluster.bootstrapServers(), TOPIC)) {
                view.createTopic(PARTITIONS, NODES, 2);
                List<OffsetFollower> followers = follow(cluster);
                try (Producers producers = Producers.start(
                        cluster.bootstrapServers(),
                        history,
                        TOPIC,
                        PARTITIONS,
                        PRODUCERS,
                        RECORDS_PER_SECOND / PRODUCERS)) {
                    await().atMost(Duration.ofSeconds(60)).until(() -> history.isEachAcknowledged(PARTITIONS));
                    Pause.of(Duration.ofSeconds(SECONDS / 2));
                    int victim = view.leaderHeaviest();
                    cluster.kill(victim);
                    Pause.of(Duration.ofSeconds(3));
                    cluster.launch(victim);
                    Pause.of(Duration.ofSeconds(SECONDS - SECONDS / 2));
                }
                view.awaitAllInSync();
                long[] ends = view.ends(PARTITIONS);
                await().atMost(Duration.ofSeconds(120))
                        .alias("all records, or one too many")
                        .until(() -> !wrong.isEmpty()
                                || followers.stream().allMatch(each -> each.seen() >= each.expected(ends)));
                report(followers);
                assertThat(wrong).isEmpty();
                assertThat(followers).allSatisfy(each -> assertThat(each.seen()).isEqualTo(each.expected(ends)));
                assertThat(HistoryCheck.run(cluster.bootstrapServers(), TOPIC, PARTITIONS, history))
                        .isEmpty();
                assertThat(history.firstFailure()).isNull();
                followers.forEach(OffsetFollower::close);
            }
        }
    }

    private List<OffsetFollower> follow(ClusterProcesses cluster) {
        WebSocketClientOptions options = new WebSocketClientOptions().setMaxConnections(FOLLOWERS);
        List<OffsetFollower> followers = new ArrayList<>();
        for (int i = 0; i < FOLLOWERS; i++) {
            int first = i * PARTITIONS_EACH;
            int[] partitions = IntStream.range(0, PARTITIONS_EACH)
                    .map(each -> (first + each) % PARTITIONS)
                    .toArray();
            followers.add(new OffsetFollower(
                    vertx, vertx.createWebSocketClient(options), TOPIC, cluster.ports(), i, partitions, wrong::add));
        }
        return followers;
    }

    private void report(List<OffsetFollower> followers) {
        long[] silences = followers.stream()
                .filter(each -> each.connections() > 1)
                .mapToLong(OffsetFollower::longestSilenceMs)
                .sorted()
                .toArray();
        System.out.printf(
                "ManyFollowersIT: %d followers of %d partitions each, %d records/s: %d acknowledged, %d delivered, %d followers"
                        + " had to connect again, silent for p50 %d ms, max %d ms; %d lost, repeated or out of order%n",
                FOLLOWERS,
                PARTITIONS_EACH,
                RECORDS_PER_SECOND,
                history.acks(),
                followers.stream().mapToLong(OffsetFollower::seen).sum(),
                silences.length,
                silences.length == 0 ? 0 : silences[silences.length / 2],
                silences.length == 0 ? 0 : silences[silences.length - 1],
                wrong.size());
    }
}
