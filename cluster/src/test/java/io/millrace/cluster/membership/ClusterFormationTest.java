package io.millrace.cluster.membership;

import static io.millrace.cluster.membership.FakeMembership.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.membership.ClusterFormation.Decision;
import io.millrace.cluster.membership.ClusterFormation.Form;
import io.millrace.cluster.membership.ClusterFormation.Join;
import io.millrace.cluster.membership.ClusterFormation.Refuse;
import io.millrace.cluster.membership.ClusterFormation.Wait;
import io.millrace.cluster.peer.PeerAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClusterFormationTest {

    private static final long LIMIT_MS = 60_000;
    private static final long SETTLED_MS = ClusterFormation.SETTLE_MS;

    @Test
    void aSingleVoterFormsAtOnce() {
        assertThat(decide(1, 0, member(5, ""))).isEqualTo(new Form());
    }

    @Test
    void evenASingleVoterJoinsAClusterThatIsThere() {
        assertThat(decide(1, 0, member(5, ""), member(6, "c"))).isEqualTo(new Join("c"));
    }

    @Test
    void aNodeWithDataGoesBackToItsClusterWhoeverIsThere() {
        assertThat(decide(3, 0, member(5, "c"))).isEqualTo(new Join("c"));
        assertThat(decide(3, 0, member(5, "c"), member(1, ""))).isEqualTo(new Join("c"));
    }

    @Test
    void tooFewNodesWaitAndThenSayWhatIsMissing() {
        ClusterMember self = member(1, "");

        assertThat(decide(3, LIMIT_MS - 1, self, member(2, ""))).isInstanceOf(Wait.class);
        assertThat(message(decide(3, LIMIT_MS, self, member(2, ""))))
                .contains("2 of 3", "cluster.join", "cluster.joinTimeoutMs", "cluster.voters");
    }

    @Test
    void ofNodesWithoutDataOnlyTheLowestForms() {
        ClusterMember one = member(1, "");
        ClusterMember two = member(2, "");
        ClusterMember three = member(3, "");

        assertThat(decide(3, SETTLED_MS, one, two, three)).isEqualTo(new Form());
        assertThat(decide(3, SETTLED_MS, two, three, one)).isInstanceOf(Wait.class);
        assertThat(decide(3, SETTLED_MS, three, one, two)).isInstanceOf(Wait.class);
    }

    @Test
    void theLowestWaitsUntilTheMembersAreTheSameForAMoment() {
        ClusterFormation formation = new ClusterFormation(3, LIMIT_MS, 0);
        ClusterMember two = member(2, "");
        List<ClusterMember> three = List.of(two, member(3, ""), member(4, ""));
        List<ClusterMember> four = List.of(two, member(3, ""), member(4, ""), member(5, ""));

        assertThat(formation.decide(two, three, 100)).isInstanceOf(Wait.class);
        assertThat(formation.decide(two, four, SETTLED_MS)).isInstanceOf(Wait.class);
        assertThat(formation.decide(two, four, 2 * SETTLED_MS - 1)).isInstanceOf(Wait.class);
        assertThat(formation.decide(two, four, 2 * SETTLED_MS)).isEqualTo(new Form());
    }

    @Test
    void theOthersGiveUpRatherThanFormASecondCluster() {
        assertThat(message(decide(3, LIMIT_MS, member(2, ""), member(1, ""), member(3, ""))))
                .contains("node 1", "no second cluster");
    }

    @Test
    void aNodeWithoutDataJoinsTheClusterThatAnyMemberBelongsTo() {
        assertThat(decide(3, 0, member(1, ""), member(2, ""), member(3, "c"))).isEqualTo(new Join("c"));
    }

    @Test
    void twoClustersRefuseEachOther() {
        assertThat(message(decide(3, 0, member(1, "a"), member(2, "b")))).contains("a", "b", "cluster.join");
        assertThat(message(decide(3, 0, member(1, ""), member(2, "b"), member(3, "c"))))
                .contains("[b, c]");
    }

    @Test
    void aForeignNodeDoesNotKeepAMemberFromItsCluster() {
        assertThat(decide(3, 0, member(1, "a"), member(2, "a"), member(3, "b"))).isEqualTo(new Join("a"));
    }

    @Test
    void twoProcessesWithTheSameIdAreRefused() {
        ClusterMember twin = new ClusterMember(1, "other", "", new PeerAddress("10.0.0.9", 19092), "", "", "");

        assertThat(message(decide(3, 0, member(1, ""), twin))).contains("node.id 1", "10.0.0.9:19092");
    }

    /** Nodes start at any time, see each other late, and announce late what they did: never two clusters. */
    @Test
    void whateverTheOrderOfStartsThereIsOneCluster() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int run = 0; run < 300; run++) {
            Set<String> formed = new HashSet<>();
            int nodes = 3 + random.nextInt(3);
            long[] startMs = random.longs(nodes, 0, 8_000).toArray();
            ClusterFormation[] formations = new ClusterFormation[nodes];
            ClusterMember[] told = new ClusterMember[nodes];
            long[] toldAtMs = new long[nodes];
            for (long nowMs = 0; nowMs < 30_000; nowMs += 100) {
                List<ClusterMember> present = new ArrayList<>();
                for (int i = 0; i < nodes; i++) {
                    boolean known = told[i] != null && nowMs >= toldAtMs[i];
                    if (nowMs >= startMs[i]) {
                        present.add(known ? told[i] : member(i, ""));
                    }
                }
                for (int i = 0; i < nodes; i++) {
                    if (nowMs < startMs[i] || told[i] != null) {
                        continue;
                    }
                    if (formations[i] == null) {
                        formations[i] = new ClusterFormation(3, LIMIT_MS, nowMs);
                    }
                    Decision decision = formations[i].decide(member(i, ""), present, nowMs);
                    if (decision instanceof Form) {
                        formed.add("cluster-of-" + i);
                        told[i] = member(i, "cluster-of-" + i);
                    } else if (decision instanceof Join join) {
                        told[i] = member(i, join.clusterId());
                    }
                    // Formatting and telling take less than the members must have been the same.
                    toldAtMs[i] = nowMs + 100 * (1 + random.nextInt((int) (SETTLED_MS / 100) - 1));
                }
            }
            assertThat(formed).as("seed %d run %d", seed, run).hasSize(1);
            assertThat(told).as("seed %d run %d", seed, run).doesNotContainNull();
        }
    }

    private static Decision decide(int voters, long nowMs, ClusterMember self, ClusterMember... others) {
        ClusterFormation formation = new ClusterFormation(voters, LIMIT_MS, 0);
        List<ClusterMember> members = new ArrayList<>(List.of(others));
        members.add(self);
        formation.decide(self, members, 0);
        return formation.decide(self, members, nowMs);
    }

    private static String message(Decision decision) {
        return ((Refuse) decision).message();
    }
}
