package io.millrace.cluster.membership;

import io.millrace.cluster.peer.PeerProbe;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports a node as dead on two proofs: it is gone from the membership, and its machine refuses connections to its node-to-node
 * listener. A split network or a pause gives the first proof only, and then the session of the node decides.
 *
 * <p>The probe is repeated for about a second, because the sockets of a process that ends do not close at one moment. One report for a
 * node in {@link #REPORT_INTERVAL_MS}: a node that crashes in a loop must not keep the controller busy.
 *
 * <p>Thread-safe.
 */
public final class Suspicion {

    private static final Logger log = LoggerFactory.getLogger(Suspicion.class);

    static final int PROBES_MAX = 6;
    static final long PROBE_INTERVAL_MS = 200;
    static final long REPORT_INTERVAL_MS = 2_000;

    /** Runs something later, on any thread. */
    @FunctionalInterface
    public interface Later {
        void run(long delayMs, Runnable action);
    }

    private final Membership membership;
    private final PeerProbe probe;
    private final Later later;
    private final LongSupplier clockMs;
    private final Consumer<ClusterMember> onDead;
    private final Set<String> underway = new HashSet<>();
    private final Map<Integer, Long> lastReportMs = new HashMap<>();

    /**
     * @param clockMs a monotonic clock
     * @param onDead called with each node that is dead, on any thread; must return at once
     */
    public Suspicion(
            Membership membership, PeerProbe probe, Later later, LongSupplier clockMs, Consumer<ClusterMember> onDead) {
        this.membership = membership;
        this.probe = probe;
        this.later = later;
        this.clockMs = clockMs;
        this.onDead = onDead;
    }

    /** To be told of everything that happens to the members. */
    public void onEvent(MembershipEvent event) {
        if (event instanceof MembershipEvent.Left left && isOfThisCluster(left.member()) && begin(left.member())) {
            probe(left.member(), 1);
        }
    }

    private boolean isOfThisCluster(ClusterMember member) {
        return member.clusterId().equals(membership.self().clusterId())
                && member.nodeId() != membership.self().nodeId();
    }

    private synchronized boolean begin(ClusterMember member) {
        Long last = lastReportMs.get(member.nodeId());
        boolean soon = last != null && clockMs.getAsLong() - last < REPORT_INTERVAL_MS;
        return !soon && underway.add(member.processId());
    }

    private void probe(ClusterMember member, int number) {
        probe.probe(member.peer()).onComplete(answer -> {
            PeerProbe.Result result = answer.succeeded() ? answer.result() : PeerProbe.Result.NO_ANSWER;
            if (isBack(member)) {
                end(member);
            } else if (result == PeerProbe.Result.REFUSED) {
                report(member);
            } else if (number < PROBES_MAX) {
                later.run(PROBE_INTERVAL_MS, () -> probe(member, number + 1));
            } else {
                end(member);
                log.info(
                        "A node is not heard, but not proved dead; its session decides. node={} probe={}",
                        member,
                        result);
            }
        });
    }

    /** Whether the node is a member again, be it the same process or its next life. */
    private boolean isBack(ClusterMember member) {
        return membership.members().stream().anyMatch(each -> each.nodeId() == member.nodeId());
    }

    private void report(ClusterMember member) {
        synchronized (this) {
            underway.remove(member.processId());
            lastReportMs.put(member.nodeId(), clockMs.getAsLong());
        }
        log.warn("A node is gone: it left the members and its port is closed. node={}", member);
        onDead.accept(member);
    }

    private synchronized void end(ClusterMember member) {
        underway.remove(member.processId());
    }
}
