package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateway protocol §13, 12: all nodes are restarted, one after the other, under many WebSockets and the members of a group.
 *
 * <p>{@code -Dmillrace.rolling.followers=10000} and {@code -Dmillrace.rolling.drainMs=10000} make it larger; it says what it saw.
 */
class FollowersOverRollingRestartIT {

    private static final String TOPIC = "readings";
    private static final int NODES = 3;
    private static final int PARTITIONS = 6;
    private static final int MEMBERS = 3;
    private static final int FOLLOWERS = Integer.getInteger("millrace.rolling.followers", 300);
    private static final int DRAIN_MS = Integer.getInteger("millrace.rolling.drainMs", 2_000);
    private static final int RECORDS_PER_SECOND = 12;
    private static final int OPENED_PER_SECOND = 1_500;

    /** Parts of the drain window whose closed connections are counted. */
    private static final int SLICES = 5;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final History history = new History();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final Queue<String> revoked = new ConcurrentLinkedQueue<>();
    private final Queue<Long> graces = new ConcurrentLinkedQueue<>();
    private final Queue<Long> closings = new ConcurrentLinkedQueue<>();
    private final LongAdder refused = new LongAdder();
    private final List<ResumingFollower> followers = new ArrayList<>();
    private final List<ResumingFollower> members = new ArrayList<>();
    private int evenRestarts;

    private final ResumingFollower.Report report = new ResumingFollower.Report() {
        @Override
        public void drained(long graceMs) {
            graces.add(graceMs);
        }

        @Override
        public void closed(int code, long nanos) {
            closings.add(nanos);
            if (code != 1012) {
                wrong.add("closed with " + code);
            }
        }

        @Override
        public void refused() {
            refused.increment();
        }

        @Override
        public void revoked(String what) {
            revoked.add(what);
        }

        @Override
        public void wrong(String what) {
            wrong.add(what);
        }
    };

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void reconnectsAreSpreadOverTheDrainNothingIsLostAndMembersWithAnInstanceKeepTheirPartitions() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(
                directory, NODES, "gateway.drainMs=" + DRAIN_MS, "groups.consumerHeartbeatIntervalMs=500")) {
            cluster.startAll();
            try (ClusterView view = new ClusterView(cluster.bootstrapServers(), TOPIC)) {
                view.createTopic(PARTITIONS, NODES, 2);
                follow(cluster);
                List<List<Integer>> assigned = assigned();
                try (Producers producers = Producers.start(
                        cluster.bootstrapServers(), history, TOPIC, PARTITIONS, 1, RECORDS_PER_SECOND)) {
                    await().atMost(Duration.ofSeconds(60)).until(() -> history.isEachAcknowledged(PARTITIONS));
                    for (int node = 1; node <= NODES; node++) {
                        restart(cluster, node);
                        view.awaitAllInSync();
                    }
                }
                // A machine that stands still for a moment closes late what was due then; not in each drain.
                assertThat(evenRestarts)
                        .as("drains in which connections were closed evenly")
                        .isPositive();
                awaitAll(view.ends(PARTITIONS));
                assertThat(assigned()).isEqualTo(assigned);
            }
            assertThat(wrong).isEmpty();
            assertThat(repeated(followers))
                    .as("records that followers got again")
                    .isZero();
            assertThat(repeated(members)).as("records that members got again").isZero();
            assertThat(revoked).as("rebalances after the first restart").isEmpty();
            assertThat(history.firstFailure()).isNull();
            followers.forEach(ResumingFollower::close);
            members.forEach(ResumingFollower::close);
        }
    }

    private void follow(ClusterProcesses cluster) {
        WebSocketClient client =
                vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(FOLLOWERS + MEMBERS));
        String stream = "/topics/" + TOPIC + "/stream";
        for (int i = 0; i < MEMBERS; i++) {
            String path = stream + "?group=g&instance=member-" + i;
            members.add(new ResumingFollower(vertx, client, cluster.ports(), path, true, PARTITIONS, i, report));
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> assigned().stream().allMatch(each -> each.size() == PARTITIONS / MEMBERS));
        revoked.clear();
        for (int i = 0; i < FOLLOWERS; i++) {
            String path = stream + "?partition=" + i % PARTITIONS;
            followers.add(new ResumingFollower(vertx, client, cluster.ports(), path, false, PARTITIONS, i, report));
            if (i % OPENED_PER_SECOND == OPENED_PER_SECOND - 1) {
                Pause.of(Duration.ofSeconds(1));
            }
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> followers.stream().allMatch(each -> each.subscriptions() == 1));
    }

    private static long repeated(List<ResumingFollower> all) {
        return all.stream().mapToLong(ResumingFollower::repeated).sum();
    }

    private List<List<Integer>> assigned() {
        return members.stream().map(ResumingFollower::assigned).toList();
    }

    /** Restarts a node and looks at when it said that it would close its connections, and when it did. */
    private void restart(ClusterProcesses cluster, int node) throws Exception {
        graces.clear();
        closings.clear();
        long refusedBefore = refused.sum();
        long began = System.nanoTime();
        cluster.stop(node);
        double stoppedMs = (System.nanoTime() - began) / 1e6;
        cluster.start(node);
        long[] toldMs = graces.stream().mapToLong(Long::longValue).sorted().toArray();
        long[] atMs = closings.stream()
                .mapToLong(each -> (each - began) / 1_000_000)
                .sorted()
                .toArray();
        int[] slices = slices(atMs, atMs[0]);
        System.out.printf(
                "FollowersOverRollingRestartIT: node %d stopped in %.0f ms: %d connections closed from %d to %d ms, by fifths of"
                        + " the drain %s, %d connections refused meanwhile%n",
                node,
                stoppedMs,
                atMs.length,
                atMs[0],
                atMs[atMs.length - 1],
                Arrays.toString(slices),
                refused.sum() - refusedBefore);
        int[] told = slices(toldMs, 0);
        assertThat(isEven(told))
                .as("connections to be closed in each part of the drain: %s", Arrays.toString(told))
                .isTrue();
        // The one that is closed as the n-th cannot be closed before the n-th of the times that were told, also when
        // one that was told ends
        // in another way.
        assertThat(atMs).hasSizeBetween(toldMs.length * 19 / 20, toldMs.length);
        for (int i = 0; i < atMs.length; i++) {
            assertThat(atMs[i]).as("when connection %d was closed", i).isGreaterThanOrEqualTo(toldMs[i]);
        }
        evenRestarts += isEven(slices) ? 1 : 0;
    }

    /** How many of these times lie in each part of the drain. */
    private static int[] slices(long[] timesMs, long beganMs) {
        int[] slices = new int[SLICES];
        for (long each : timesMs) {
            slices[(int) Math.min(SLICES - 1, Math.max(0, each - beganMs) * SLICES / DRAIN_MS)]++;
        }
        return slices;
    }

    private static boolean isEven(int[] slices) {
        int all = Arrays.stream(slices).sum();
        return Arrays.stream(slices).allMatch(count -> count >= all / 20 && count <= all * 2 / 5);
    }

    private void awaitAll(long[] ends) {
        await().atMost(Duration.ofSeconds(60))
                .alias("all records, or something wrong")
                .until(() -> !wrong.isEmpty()
                        || IntStream.range(0, FOLLOWERS)
                                .allMatch(i -> followers.get(i).seen() == ends[i % PARTITIONS]));
        long all = Arrays.stream(ends).sum();
        await().atMost(Duration.ofSeconds(60))
                .alias("all records of the group, or something wrong")
                .until(() -> !wrong.isEmpty()
                        || members.stream().mapToLong(ResumingFollower::seen).sum() == all);
        System.out.printf(
                "FollowersOverRollingRestartIT: %d followers saw %d records and %d again; %d members saw %d and %d again; %d subscriptions%n",
                FOLLOWERS,
                followers.stream().mapToLong(ResumingFollower::seen).sum(),
                repeated(followers),
                MEMBERS,
                members.stream().mapToLong(ResumingFollower::seen).sum(),
                repeated(members),
                followers.stream().mapToLong(ResumingFollower::subscriptions).sum());
    }
}
