package io.millrace.cluster.membership;

import io.millrace.cluster.membership.ClusterFormation.Decision;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks {@link ClusterFormation} again and again until it has decided. */
public final class FormationWatch {

    private static final Logger log = LoggerFactory.getLogger(FormationWatch.class);

    /** Also without a change among the members: time is part of the rule. */
    private static final long LOOK_INTERVAL_MS = 100;

    private final Vertx vertx;
    private final Context context;
    private final Membership membership;
    private final ClusterFormation formation;
    private final Promise<Decision> decided = Promise.promise();
    private String lastReason = "";

    private FormationWatch(Vertx vertx, Membership membership, ClusterFormation formation) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.membership = membership;
        this.formation = formation;
    }

    /**
     * Waits for the decision: {@link ClusterFormation.Form} or {@link ClusterFormation.Join}. Fails with {@link FormationException}
     * when this node cannot become part of a cluster.
     *
     * @param voters how many nodes are to vote on the metadata
     * @param timeLimitMs how long to wait for others
     */
    public static Future<Decision> decide(Vertx vertx, Membership membership, int voters, long timeLimitMs) {
        FormationWatch watch =
                new FormationWatch(vertx, membership, new ClusterFormation(voters, timeLimitMs, nowMs()));
        watch.context.runOnContext(turn -> watch.look());
        return watch.decided.future();
    }

    private void look() {
        Decision decision;
        try {
            decision = formation.decide(membership.self(), membership.members(), nowMs());
        } catch (RuntimeException failure) {
            decided.tryFail(failure);
            return;
        }
        if (decision instanceof ClusterFormation.Wait wait) {
            if (!wait.reason().equals(lastReason)) {
                lastReason = wait.reason();
                log.info("Waiting for the cluster: {}", wait.reason());
            }
            vertx.setTimer(LOOK_INTERVAL_MS, timer -> look());
        } else if (decision instanceof ClusterFormation.Refuse refuse) {
            decided.tryFail(new FormationException(refuse.message()));
        } else {
            decided.tryComplete(decision);
        }
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
