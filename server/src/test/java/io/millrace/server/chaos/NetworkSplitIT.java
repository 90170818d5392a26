package io.millrace.server.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.server.JarProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each node in turn loses its network for a while: the others go on, the lonely one acknowledges nothing, and afterwards all is as if it
 * had only slept.
 *
 * <p>{@code -Dmillrace.split.seconds=15} is how long a node is alone, {@code -Dmillrace.split.nodes=3} how many nodes are cut off in turn.
 */
class NetworkSplitIT {

    private static final String TOPIC = "history";
    private static final String LONELY_TOPIC = "lonely";
    private static final int NODES = 3;
    private static final int PARTITIONS = 6;
    private static final int LONELY_NODES = Integer.getInteger("millrace.split.nodes", 1);
    private static final Duration LONELY = Duration.ofSeconds(Integer.getInteger("millrace.split.seconds", 8));

    @TempDir
    Path directory;

    private final History history = new History();

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void whoeverIsCutOffAcknowledgesNothingAndNothingIsLost_skippedUnlessRootMayMakeNetworks() throws Exception {
        assumeTrue(NetworkSpaces.areAllowed(), "networks can be made by root only");
        Unavailability unavailability = new Unavailability();
        int acknowledgedAlone = 0;
        try (NetworkSpaces network = NetworkSpaces.create(NODES);
                ClusterProcesses cluster = new ClusterProcesses(network, directory, NODES)) {
            cluster.startAll();
            try (ClusterView view = new ClusterView(cluster.bootstrapServers(), TOPIC)) {
                view.createTopic(PARTITIONS, NODES, 2);
                try (ClusterView lonely = new ClusterView(cluster.bootstrapServers(), LONELY_TOPIC)) {
                    lonely.createTopic(PARTITIONS, NODES, 2);
                }
                try (Producers producers =
                        Producers.start(cluster.bootstrapServers(), history, TOPIC, PARTITIONS, 3, 200)) {
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> history.isEachAcknowledged(PARTITIONS));
                    for (int node = 1; node <= LONELY_NODES; node++) {
                        view.awaitAllInSync();
                        history.takeGapsMs(PARTITIONS, System.nanoTime());
                        acknowledgedAlone += isolate(node, network, cluster);
                        unavailability.add(history.takeGapsMs(PARTITIONS, System.nanoTime()));
                    }
                }
                view.awaitAllInSync();
                List<String> wrong = HistoryCheck.run(cluster.bootstrapServers(), TOPIC, PARTITIONS, history);
                System.out.printf(
                        "NetworkSplitIT: %d nodes cut off for %d s each: %s; %d acknowledged, %d of them by whoever was alone;"
                                + " %d lost, duplicated, reordered, moved or made up%n",
                        LONELY_NODES,
                        LONELY.toSeconds(),
                        unavailability,
                        history.acks(),
                        acknowledgedAlone,
                        wrong.size());
                assertThat(wrong).isEmpty();
                assertThat(acknowledgedAlone).isZero();
                assertThat(history.firstFailure()).isNull();
            }
        }
    }

    /** Answers how many records the node acknowledged to somebody in its own network while it was alone. */
    private static int isolate(int node, NetworkSpaces network, ClusterProcesses cluster) throws Exception {
        network.isolate(node);
        // Until the others have taken over, the node may still believe that it leads; it must not acknowledge even
        // then.
        int acknowledged = 0;
        long end = System.nanoTime() + LONELY.toNanos();
        while (System.nanoTime() < end) {
            try (JarProcess inside = JarProcess.runAfter(
                    network.commandPrefix(node),
                    List.of("produce", LONELY_TOPIC, "alone", "--url", cluster.httpUrl(node)))) {
                acknowledged += inside.exitCode(Duration.ofSeconds(40)) == 0 ? 1 : 0;
            }
        }
        network.heal(node);
        Pause.of(Duration.ofSeconds(2));
        return acknowledged;
    }
}
