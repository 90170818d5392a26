package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.peer.FreePorts;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerTransportConfig;
import io.millrace.cluster.peer.TcpPeerTransport;
import io.millrace.cluster.quorum.Quorum;
import io.millrace.cluster.quorum.QuorumSettings;
import io.millrace.cluster.quorum.QuorumStatus.Role;
import io.millrace.cluster.quorum.QuorumTimings;
import io.millrace.server.kafka.handler.ApiHandlers;
import io.millrace.server.metrics.KafkaMetrics;
import io.millrace.storage.LogManager;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metadata quorum over the listener between nodes, as in production. */
class QuorumOverTcpIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final TcpPeerTransport transport = new TcpPeerTransport(vertx, PeerTransportConfig.defaults("test"));
    private final AtomicReference<Throwable> fatal = new AtomicReference<>();
    private final List<Node> nodes = new ArrayList<>();

    private record Node(Quorum quorum, LogManager logs, PeerAddress address) {
        Role role() {
            return quorum.status().role();
        }
    }

    @AfterEach
    void stop() {
        for (Node node : nodes) {
            node.quorum().stop(1_000);
            node.logs().close();
        }
        KafkaTestNode.await(vertx.close());
        assertThat(fatal.get()).isNull();
    }

    @Test
    void nodesJoinAsVotersAndElectAnotherLeader() throws IOException {
        Node first = start(1, null);
        await().atMost(TIMEOUT).until(() -> first.role() == Role.LEADER);
        start(2, first.address());
        start(3, first.address());
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(nodes)
                        .allSatisfy(node ->
                                assertThat(node.quorum().status().voters()).hasSize(3)));

        // The first one may have lost its place while the others joined: then they are about to elect.
        Node leader =
                await().atMost(TIMEOUT).until(this::leader, Optional::isPresent).orElseThrow();
        nodes.remove(leader);
        leader.quorum().stop(2_000);
        leader.logs().close();

        await().atMost(TIMEOUT)
                .until(() -> nodes.stream()
                                .filter(node -> node.role() == Role.LEADER)
                                .count()
                        == 1);
        assertThat(nodes)
                .allSatisfy(node -> await().atMost(TIMEOUT)
                        .until(() -> node.quorum()
                                .leaderAddress()
                                .filter(at -> !at.equals(leader.address()))
                                .isPresent()));
    }

    private Optional<Node> leader() {
        return nodes.stream().filter(node -> node.role() == Role.LEADER).findFirst();
    }

    private Node start(int id, PeerAddress other) throws IOException {
        Path home = directory.resolve("node-" + id);
        PeerAddress address = new PeerAddress("127.0.0.1", FreePorts.next());
        QuorumSettings settings = new QuorumSettings(
                id,
                new UUID(9, id),
                "over-tcp",
                home,
                address,
                other == null ? List.of() : List.of(other),
                true,
                3,
                QuorumTimings.defaults());
        if (other == null) {
            Quorum.formatLoneVoter(settings);
        }
        LogManager logs = LogManager.open(
                new StorageConfig(home, 1, 2L << 20, 10_000, 64L << 20, 1L << 20, 0, 0, 86_400_000),
                Clock.systemUTC(),
                StorageMetrics.NONE);
        Quorum quorum = Quorum.open(settings, logs, transport, (what, cause) -> fatal.set(cause), List::of);
        KafkaTestNode.await(KafkaListener.startForPeers(
                vertx,
                KafkaListenerConfig.defaults("127.0.0.1", address.port()),
                ApiHandlers.forPeers(quorum.apis()),
                KafkaMetrics.NONE));
        quorum.start();
        Node node = new Node(quorum, logs, address);
        nodes.add(node);
        return node;
    }
}
