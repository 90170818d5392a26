package io.millrace.cluster.membership;

import static io.millrace.cluster.membership.FakeMembership.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.peer.PeerProbe;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SuspicionTest {

    private final FakeMembership membership = new FakeMembership(member(1, "c"));
    private final Queue<Runnable> later = new ArrayDeque<>();
    private final List<Integer> dead = new ArrayList<>();
    private PeerProbe.Result answer = PeerProbe.Result.REFUSED;
    private int probes;
    private long nowMs = 1_000;
    private Suspicion suspicion;

    @BeforeEach
    void start() {
        suspicion = new Suspicion(
                membership,
                address -> {
                    probes++;
                    return Future.succeededFuture(answer);
                },
                (delayMs, action) -> later.add(() -> {
                    nowMs += delayMs;
                    action.run();
                }),
                () -> nowMs,
                member -> dead.add(member.nodeId()));
    }

    @Test
    void goneAndRefusedIsDead() {
        left(2);

        assertThat(dead).containsExactly(2);
    }

    @Test
    void goneButReachableIsNot() {
        answer = PeerProbe.Result.ALIVE;
        left(2);
        runLater();

        assertThat(dead).isEmpty();
        assertThat(probes).isEqualTo(Suspicion.PROBES_MAX);
    }

    @Test
    void silenceProvesNothing() {
        answer = PeerProbe.Result.NO_ANSWER;
        left(2);
        runLater();

        assertThat(dead).isEmpty();
    }

    @Test
    void aPortThatClosesAMomentLaterIsNoticed() {
        answer = PeerProbe.Result.ALIVE;
        left(2);
        answer = PeerProbe.Result.REFUSED;
        runLater();

        assertThat(dead).containsExactly(2);
    }

    @Test
    void whoCameBackIsNotDead() {
        answer = PeerProbe.Result.NO_ANSWER;
        left(2);
        answer = PeerProbe.Result.REFUSED;
        membership.members.add(member(2, "c"));
        runLater();

        assertThat(dead).isEmpty();
    }

    @Test
    void aCrashLoopIsReportedNowAndThenOnly() {
        left(2);
        left(2);
        assertThat(dead).containsExactly(2);

        nowMs += Suspicion.REPORT_INTERVAL_MS;
        left(2);
        left(3);
        assertThat(dead).containsExactly(2, 2, 3);
    }

    @Test
    void nodesOfOtherClustersAreNoConcern() {
        suspicion.onEvent(new MembershipEvent.Left(member(2, "other")));

        assertThat(dead).isEmpty();
        assertThat(probes).isZero();
    }

    private void left(int nodeId) {
        suspicion.onEvent(new MembershipEvent.Left(member(nodeId, "c")));
    }

    private void runLater() {
        Runnable next;
        while ((next = later.poll()) != null) {
            next.run();
        }
    }
}
