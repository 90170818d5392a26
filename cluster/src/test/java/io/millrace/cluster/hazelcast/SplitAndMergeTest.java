package io.millrace.cluster.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.membership.ClusterMember;
import io.millrace.cluster.membership.MembershipEvent;
import io.millrace.cluster.membership.OwnershipTable;
import io.millrace.cluster.membership.OwnershipTable.Ownership;
import io.millrace.cluster.peer.FreePorts;
import io.millrace.cluster.peer.PeerAddress;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two members that begin apart, as after a network split, and find each other later. Takes as long as Hazelcast looks for others. */
@Tag("slow")
class SplitAndMergeTest {

    @Test
    void theSideThatLosesItsMapsTellsEverythingAgain() throws Exception {
        int portOne = FreePorts.next();
        int portTwo = FreePorts.next();
        Vertx vertx = Vertx.vertx();
        // The second knows the first, which is not there yet; the first does not know the second.
        HazelcastMembership two = start(vertx, 2, portTwo, List.of(portOne, portTwo));
        HazelcastMembership one = start(vertx, 1, portOne, List.of(portOne));
        try {
            Map<HazelcastMembership, List<MembershipEvent>> events = new ConcurrentHashMap<>();
            for (HazelcastMembership each : List.of(one, two)) {
                List<MembershipEvent> seen = new CopyOnWriteArrayList<>();
                events.put(each, seen);
                each.listen(seen::add);
                assertThat(each.members()).hasSize(1);
                each.announceCluster("c");
            }
            String oneBefore = one.self().processId();
            String twoBefore = two.self().processId();
            UUID topic = UUID.randomUUID();
            OwnershipTable tableOfOne = new OwnershipTable(one.map(OwnershipTable.MAP));
            OwnershipTable tableOfTwo = new OwnershipTable(two.map(OwnershipTable.MAP));
            tableOfOne.publish(List.of(new Ownership(topic, 0, 1, 1, 1, List.of(1))));
            tableOfTwo.publish(List.of(new Ownership(topic, 0, 2, 2, 2, List.of(2))));

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> events.values().stream()
                            .flatMap(List::stream)
                            .anyMatch(MembershipEvent.Merged.class::isInstance));

            boolean oneChanged = !one.self().processId().equals(oneBefore);
            boolean twoChanged = !two.self().processId().equals(twoBefore);
            assertThat(oneChanged).isNotEqualTo(twoChanged);
            await().untilAsserted(() -> {
                assertThat(one.members()).extracting(ClusterMember::clusterId).containsExactly("c", "c");
                assertThat(two.members()).isEqualTo(one.members());
            });
            // The controller, whoever it is, says again how it is; nobody goes back to an older epoch.
            tableOfTwo.publishAll(List.of(new Ownership(topic, 0, 2, 3, 3, List.of(1, 2))));
            await().untilAsserted(() -> assertThat(
                            tableOfOne.find(topic, 0).orElseThrow().leaderEpoch())
                    .isEqualTo(3));
        } finally {
            one.terminate();
            two.terminate();
            vertx.close();
        }
    }

    private static HazelcastMembership start(Vertx vertx, int nodeId, int port, List<Integer> known) throws Exception {
        List<String> addresses = known.stream().map(each -> "127.0.0.1:" + each).toList();
        return HazelcastMembership.start(
                        vertx,
                        HazelcastDiscovery.tcp("127.0.0.1", port, addresses),
                        new ClusterMember(nodeId, "", "", new PeerAddress("127.0.0.1", nodeId), "", "", ""))
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }
}
