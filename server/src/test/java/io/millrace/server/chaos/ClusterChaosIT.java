package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes, 12 partitions with 3 replicas and min.insync.replicas 2, 5 idempotent producers with acks=all; nodes are killed, paused
 * and wiped meanwhile. In the end everything that was acknowledged is there, once, in order, where it was said to be, nothing else is, and
 * the replicas are equal byte for byte.
 *
 * <p>{@code -Dmillrace.chaos.faults=KILL_LEADER,PAUSE,…} chooses the faults (see {@link Fault}), {@code -Dmillrace.chaos.rounds=15} how
 * often each strikes, {@code -Dmillrace.chaos.calmSeconds=17} how long it is quiet in between, {@code -Dmillrace.chaos.seed=N} repeats
 * the choices.
 */
class ClusterChaosIT {

    private static final String TOPIC = "history";
    private static final int NODES = 3;
    private static final int PARTITIONS = 12;
    private static final int PRODUCERS = 5;

    private static final List<Fault> FAULTS = Arrays.stream(
                    System.getProperty("millrace.chaos.faults", "KILL_LEADER,KILL_CONTROLLER,WIPE,KILL_ALL")
                            .split(","))
            .map(Fault::valueOf)
            .toList();
    private static final int ROUNDS = Integer.getInteger("millrace.chaos.rounds", 1);
    private static final Duration CALM = Duration.ofSeconds(Integer.getInteger("millrace.chaos.calmSeconds", 2));
    private static final int RECORDS_PER_SECOND = Integer.getInteger("millrace.chaos.recordsPerSecond", 200);
    private static final long SEED = Long.getLong("millrace.chaos.seed", System.nanoTime());

    @TempDir
    Path directory;

    private final History history = new History();

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void whatWasAcknowledgedIsThereOnceAndInOrderWhateverIsDoneToTheNodes() throws Exception {
        System.out.printf("ClusterChaosIT: %s, %d rounds, -Dmillrace.chaos.seed=%d%n", FAULTS, ROUNDS, SEED);
        Random random = new Random(SEED);
        try (ClusterProcesses cluster = new ClusterProcesses(directory, NODES)) {
            cluster.startAll();
            try (ClusterView view = new ClusterView(cluster.bootstrapServers(), TOPIC)) {
                view.createTopic(PARTITIONS, NODES, 2);
                try (Producers producers = Producers.start(
                        cluster.bootstrapServers(), history, TOPIC, PARTITIONS, PRODUCERS, RECORDS_PER_SECOND)) {
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> history.isEachAcknowledged(PARTITIONS));
                    for (Fault fault : FAULTS) {
                        strike(fault, cluster, view, random);
                    }
                }
                view.awaitAllInSync();
                check(cluster);
            }
            Duration stop = cluster.stopAll();
            System.out.printf("ClusterChaosIT: all nodes stopped at once in %d ms%n", stop.toMillis());
            assertThat(stop).isLessThan(Duration.ofSeconds(30));
            assertEqualReplicas(cluster);
        }
    }

    private void strike(Fault fault, ClusterProcesses cluster, ClusterView view, Random random) throws Exception {
        Unavailability unavailability = new Unavailability();
        for (int round = 0; round < ROUNDS; round++) {
            view.awaitAllInSync();
            history.takeGapsMs(PARTITIONS, System.nanoTime());
            fault.strike(cluster, view, random);
            Pause.of(CALM);
            unavailability.add(history.takeGapsMs(PARTITIONS, System.nanoTime()));
        }
        System.out.printf("ClusterChaosIT: %s x%d: %s%n", fault, ROUNDS, unavailability);
    }

    private void check(ClusterProcesses cluster) {
        List<String> wrong = HistoryCheck.run(cluster.bootstrapServers(), TOPIC, PARTITIONS, history);
        System.out.printf(
                "ClusterChaosIT: seed %d: %d acknowledged, %d given up by producers; %d lost, duplicated, reordered, moved or"
                        + " made up%n",
                SEED, history.acks(), history.failedCount(), wrong.size());
        assertThat(wrong).isEmpty();
        assertThat(history.acks()).isPositive();
        assertThat(history.firstFailure())
                .as("a record that a producer gave up on")
                .isNull();
    }

    private static void assertEqualReplicas(ClusterProcesses cluster) throws Exception {
        List<Path> directories =
                IntStream.rangeClosed(1, NODES).mapToObj(cluster::dataDirectory).toList();
        assertThat(EqualReplicas.differences(directories, TOPIC, PARTITIONS)).isEmpty();
    }
}
