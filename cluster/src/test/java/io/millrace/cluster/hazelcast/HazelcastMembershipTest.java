package io.millrace.cluster.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import io.millrace.cluster.membership.ClusterFacts;
import io.millrace.cluster.membership.ClusterFormation;
import io.millrace.cluster.membership.ClusterMember;
import io.millrace.cluster.membership.FormationException;
import io.millrace.cluster.membership.FormationWatch;
import io.millrace.cluster.membership.MembershipEvent;
import io.millrace.cluster.membership.OwnershipTable;
import io.millrace.cluster.membership.OwnershipTable.Ownership;
import io.millrace.cluster.peer.FreePorts;
import io.millrace.cluster.peer.PeerAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real members on loopback, in one process. */
class HazelcastMembershipTest {

    /** Sooner than silence would tell: a member is suspected after three seconds without a heartbeat, and sends one each second. */
    private static final long NOTICED_BY_SOCKETS_MS = 1_500;

    private static final int KILLS_MAX = 3;

    private final Vertx vertx = Vertx.vertx();
    private final List<HazelcastMembership> started = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        started.forEach(HazelcastMembership::terminate);
        get(vertx.close());
    }

    @Test
    void membersSeeEachOtherAndWhatEachTellsAndPublishes() throws Exception {
        int[] ports = FreePorts.next(3);
        HazelcastMembership one = start(1, "", ports, 0);
        List<MembershipEvent> seenByOne = new CopyOnWriteArrayList<>();
        one.listen(seenByOne::add);
        HazelcastMembership two = start(2, "", ports, 1);
        HazelcastMembership three = start(3, "", ports, 2);

        await().until(() -> one.members().size() == 3 && three.members().size() == 3);
        assertThat(one.members().get(1))
                .isEqualTo(new ClusterMember(
                        2,
                        two.self().processId(),
                        "",
                        new PeerAddress("127.0.0.1", 20_002),
                        "127.0.0.1:9092",
                        "http://127.0.0.1:8080",
                        "r2"));
        await().until(() -> seenByOne.size() == 2);
        assertThat(seenByOne).allMatch(MembershipEvent.Joined.class::isInstance);

        two.announceCluster("c");
        await().until(() -> one.members().get(1).clusterId().equals("c")
                && three.members().get(1).clusterId().equals("c"));
        await().until(() -> seenByOne.size() == 3);
        assertThat(seenByOne.get(2))
                .isInstanceOfSatisfying(
                        MembershipEvent.Changed.class,
                        changed -> assertThat(changed.member()).isEqualTo(two.self()));

        Ownership ownership = new Ownership(UUID.randomUUID(), 0, 2, 1, 1, List.of(2, 3));
        OwnershipTable seen = new OwnershipTable(three.map(OwnershipTable.MAP));
        new OwnershipTable(one.map(OwnershipTable.MAP)).publish(List.of(ownership));
        await().until(() -> seen.find(ownership.topicId(), 0).isPresent());
        assertThat(seen.find(ownership.topicId(), 0)).contains(ownership);

        new ClusterFacts(two).tell("streams.open", 17);
        await().until(() -> new ClusterFacts(one).all().containsKey(2));
        assertThat(new ClusterFacts(one).all().get(2)).containsEntry("streams.open", 17L);

        // Killed: the others notice, with what it last told.
        two.terminate();
        await().until(() -> seenByOne.size() == 4);
        assertThat(seenByOne.get(3)).isInstanceOfSatisfying(MembershipEvent.Left.class, left -> {
            assertThat(left.member().nodeId()).isEqualTo(2);
            assertThat(left.member().clusterId()).isEqualTo("c");
        });
        assertThat(one.members()).extracting(ClusterMember::nodeId).containsExactly(1, 3);
        assertThat(new ClusterFacts(one).all()).doesNotContainKey(2);
    }

    /** On a machine that stands still for a moment it may take longer once, and not each time. */
    @Test
    void thatAMemberWasKilledIsNoticedByItsSocketsAndNotByItsSilence() throws Exception {
        int[] ports = FreePorts.next(1 + KILLS_MAX);
        HazelcastMembership one = start(1, "", ports, 0);
        long quickestMs = Long.MAX_VALUE;
        for (int kill = 1; kill <= KILLS_MAX && quickestMs >= NOTICED_BY_SOCKETS_MS; kill++) {
            HazelcastMembership two = start(2, "", ports, kill);
            await().until(() -> one.members().size() == 2);
            long killedAt = System.nanoTime();
            two.terminate();
            await().until(() -> one.members().size() == 1);
            quickestMs = Math.min(quickestMs, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killedAt));
        }
        assertThat(quickestMs).isLessThan(NOTICED_BY_SOCKETS_MS);
    }

    @Test
    void aNodeWithAForeignClusterIdIsRefusedWithBothIdsNamed() throws Exception {
        int[] ports = FreePorts.next(2);
        start(1, "a", ports, 0);
        HazelcastMembership foreign = start(2, "b", ports, 1);
        await().until(() -> foreign.members().size() == 2);

        assertThatThrownBy(() -> get(FormationWatch.decide(vertx, foreign, 3, 10_000)))
                .cause()
                .isInstanceOf(FormationException.class)
                .hasMessageContaining("cluster b")
                .hasMessageContaining("cluster a");
    }

    @Test
    void nodesWithoutDataThatStartTogetherAgreeOnOneThatForms() throws Exception {
        int[] ports = FreePorts.next(3);
        List<Future<HazelcastMembership>> starting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            starting.add(starting(i + 1, "", ports, i));
        }
        List<Future<ClusterFormation.Decision>> decisions = new ArrayList<>();
        for (Future<HazelcastMembership> each : starting) {
            started.add(get(each));
            decisions.add(FormationWatch.decide(vertx, each.result(), 3, 20_000));
        }

        assertThat(get(decisions.get(0))).isEqualTo(new ClusterFormation.Form());
        assertThat(decisions.get(1).isComplete()).isFalse();
        assertThat(decisions.get(2).isComplete()).isFalse();
        started.get(0).announceCluster("made");

        assertThat(get(decisions.get(1))).isEqualTo(new ClusterFormation.Join("made"));
        assertThat(get(decisions.get(2))).isEqualTo(new ClusterFormation.Join("made"));
    }

    @Test
    void anUnauthenticatedClientOfHazelcastIsRefused() throws Exception {
        int[] ports = FreePorts.next(1);
        start(1, "", ports, 0);
        ClientConfig client = new ClientConfig().setClusterName("millrace");
        client.setProperty("hazelcast.logging.type", "none");
        client.setProperty("hazelcast.client.heartbeat.timeout", "500");
        client.setProperty("hazelcast.client.heartbeat.interval", "200");
        client.getNetworkConfig().addAddress("127.0.0.1:" + ports[0]);
        client.getConnectionStrategyConfig().getConnectionRetryConfig().setClusterConnectTimeoutMillis(1_000);

        assertThatThrownBy(() -> HazelcastClient.newHazelcastClient(client))
                .hasMessageContaining("Unable to connect to any cluster");
    }

    @Test
    void whenThePortIsTaken_thenTheMessageSaysWhichAndWhatToDo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int[] ports = {taken.getLocalPort()};

            assertThatThrownBy(() -> start(1, "", ports, 0))
                    .hasMessageContaining("cluster.discoveryPort")
                    .hasMessageContaining("127.0.0.1:" + ports[0]);
        }
    }

    private HazelcastMembership start(int nodeId, String clusterId, int[] ports, int own) throws Exception {
        try {
            HazelcastMembership membership = get(starting(nodeId, clusterId, ports, own));
            started.add(membership);
            return membership;
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    private Future<HazelcastMembership> starting(int nodeId, String clusterId, int[] ports, int own) {
        List<String> addresses = new ArrayList<>();
        for (int port : ports) {
            addresses.add("127.0.0.1:" + port);
        }
        ClusterMember self = new ClusterMember(
                nodeId,
                "",
                clusterId,
                new PeerAddress("127.0.0.1", 20_000 + nodeId),
                "127.0.0.1:9092",
                "http://127.0.0.1:8080",
                "r" + nodeId);
        return HazelcastMembership.start(vertx, HazelcastDiscovery.tcp("127.0.0.1", ports[own], addresses), self);
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
