package io.millrace.server.http.read;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.server.http.GuardedHandler;
import io.millrace.server.http.HttpQuota;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.RouteModule;
import io.millrace.server.kafka.quota.ClientQuotas;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.protocol.ResumeToken;
import io.millrace.websocket.protocol.WireForm;
import io.millrace.websocket.subscription.Subscription;
import io.millrace.websocket.subscription.SubscriptionOpening;
import io.millrace.websocket.subscription.SubscriptionResolver;
import io.millrace.websocket.subscription.TopicSelector;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Map;

/**
 * {@code GET /topics/{t}/records}: records from a position (gateway protocol §2.1), as {@code
 * {"records":[…],"resume":"…","caught_up":true}}. Keeps no state: the same request can be repeated, and {@code resume} is a
 * token to go on from, here or as a stream. Records lost before the start are told in a member {@code gaps}.
 */
public final class ReadRoutes implements RouteModule {

    private final Vertx vertx;
    private final ClusterNode node;
    private final GatewayLimits limits;
    private final HttpQuota quota;
    private final GatewayMetrics metrics;
    private final WaitingReads waiting;
    private final SubscriptionOpening subscriptions;

    /**
     * The routes.
     *
     * @param metrics counts records for which filters could not be evaluated
     * @param waiting where reads are found while they wait
     */
    public ReadRoutes(
            Vertx vertx,
            ClusterNode node,
            GatewayLimits limits,
            ClientQuotas quotas,
            GatewayMetrics metrics,
            WaitingReads waiting,
            Clock clock) {
        this.vertx = vertx;
        this.node = node;
        this.limits = limits;
        this.quota = HttpQuota.ofReads(quotas);
        this.metrics = metrics;
        this.waiting = waiting;
        this.subscriptions = new SubscriptionOpening(
                vertx,
                new SubscriptionResolver(
                        vertx,
                        node.controller(),
                        node.anywhere(),
                        clock,
                        Map.of(),
                        new TopicSelector(ResumeToken.PARTITIONS_MAX)));
    }

    @Override
    public void mount(Router router) {
        NamedRoute.of(router, HttpMethod.GET, "/topics/:topic/records").handler(this::read);
    }

    private void read(RoutingContext ctx) {
        quota.admit();
        ReadQuery query = ReadQuery.of(ctx, limits);
        subscriptions
                .prepare(query.where().ofTopic(ctx.pathParam("topic")))
                .compose(ready -> subscriptions.resolve(ready, WireForm.NDJSON, false))
                .onComplete(GuardedHandler.of(ctx, found -> begin(ctx, query, found)), ctx::fail);
    }

    private void begin(RoutingContext ctx, ReadQuery query, Subscription found) {
        if (!found.waiting().isEmpty()) {
            // A stream would wait for it; an answer without it would look complete.
            throw new MillraceException(
                    ErrorCode.LEADER_NOT_AVAILABLE,
                    found.waiting().get(0) + " has no leader at the moment; try again soon");
        }
        new RecordRead(vertx, ctx, node.anywhere(), query, found, quota, metrics, waiting).start();
    }
}
