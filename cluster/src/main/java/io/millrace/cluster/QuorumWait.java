package io.millrace.cluster;

import io.millrace.cluster.membership.ClusterMember;
import io.millrace.cluster.membership.Membership;
import io.millrace.cluster.quorum.QuorumStatus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says, while a node starts and learns nothing from the metadata quorum, what it waits for. */
final class QuorumWait {

    private static final Logger log = LoggerFactory.getLogger(QuorumWait.class);

    /** Longer than an election takes, so that a usual start says nothing. */
    private static final long QUIET_MS = 5_000;

    private static final long AGAIN_MS = 30_000;

    private final Vertx vertx;
    private final Supplier<QuorumStatus> status;
    private final Membership membership;

    /** @param status of a quorum that was started; asked on an event loop */
    QuorumWait(Vertx vertx, Supplier<QuorumStatus> status, Membership membership) {
        this.vertx = vertx;
        this.status = status;
        this.membership = membership;
    }

    /** Logs now and then until the future is complete. */
    Future<Void> tellUntil(Future<Void> caughtUp) {
        long timer = vertx.setPeriodic(QUIET_MS, AGAIN_MS, id -> log.warn(reason(status.get(), heard())));
        return caughtUp.onComplete(known -> vertx.cancelTimer(timer));
    }

    private List<Integer> heard() {
        return membership.members().stream().map(ClusterMember::nodeId).toList();
    }

    /** @param heard node ids of those that the discovery has found, this one among them */
    static String reason(QuorumStatus status, List<Integer> heard) {
        // The last one that was heard of may be dead.
        if (status.leaderId().isPresent() && heard.contains(status.leaderId().getAsInt())) {
            return "Waiting for the metadata: node " + status.leaderId().getAsInt()
                    + " leads it, and has not sent what this node does not have yet";
        }
        int majority = status.voters().size() / 2 + 1;
        String voters = status.voters().stream()
                .map(voter -> "node " + voter.nodeId()
                        + voter.address().map(address -> " at " + address).orElse("")
                        + (heard.contains(voter.nodeId()) ? "" : " (not found)"))
                .collect(Collectors.joining(", "));
        return "Waiting for a leader of the metadata: nothing can be decided before " + majority + " of "
                + status.voters().size() + " voters run and reach each other: " + voters
                + ". Start those that are missing; if their disks are lost, see ./millrace cluster recover";
    }
}
