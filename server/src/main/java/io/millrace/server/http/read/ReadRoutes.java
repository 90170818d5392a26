package io.millrace.server.http.read;

import io.millrace.cluster.ClusterNode;
import io.millrace.server.http.GuardedHandler;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.RouteModule;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.filter.WhereExpression;
import io.millrace.websocket.filter.WhereExpressions;
import io.millrace.websocket.protocol.ResumeToken;
import io.millrace.websocket.protocol.Transport;
import io.millrace.websocket.subscription.StreamParameters;
import io.millrace.websocket.subscription.SubscriptionResolver;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;

/**
 * {@code GET /topics/{t}/records}: records from a position (gateway protocol §2.1), as {@code
 * {"records":[…],"resume":"…","caught_up":true}}. Keeps no state: the same request can be repeated, and {@code resume} is a
 * token to go on from, here or as a stream. Records lost before the start are told in a member {@code gaps}.
 */
public final class ReadRoutes implements RouteModule {

    private final Vertx vertx;
    private final ClusterNode node;
    private final GatewayLimits limits;
    private final GatewayMetrics metrics;
    private final SubscriptionResolver subscriptions;
    private final WhereExpressions expressions = new WhereExpressions();

    /** @param metrics counts records for which filters could not be evaluated */
    public ReadRoutes(Vertx vertx, ClusterNode node, GatewayLimits limits, GatewayMetrics metrics, Clock clock) {
        this.vertx = vertx;
        this.node = node;
        this.limits = limits;
        this.metrics = metrics;
        this.subscriptions =
                new SubscriptionResolver(node.controller(), node.anywhere(), clock, ResumeToken.PARTITIONS_MAX);
    }

    @Override
    public void mount(Router router) {
        NamedRoute.of(router, HttpMethod.GET, "/topics/:topic/records").handler(this::read);
    }

    private void read(RoutingContext ctx) {
        ReadQuery query = ReadQuery.of(ctx, limits);
        WhereExpression where = query.where().filter().where();
        if (where == null) {
            read(ctx, query, query.where());
            return;
        }
        WhereExpression known = expressions.known(where);
        Future<Void> compiled = known.isCompiled()
                ? Future.succeededFuture()
                : vertx.executeBlocking(
                        () -> {
                            expressions.compile(known);
                            return null;
                        },
                        false);
        compiled.onComplete(
                GuardedHandler.of(ctx, ready -> read(ctx, query, query.where().withWhere(known))), ctx::fail);
    }

    private void read(RoutingContext ctx, ReadQuery query, StreamParameters where) {
        String topic = ctx.pathParam("topic");
        subscriptions
                .prepare(topic, where)
                .compose(ready -> subscriptions.resolve(topic, Transport.NDJSON, where))
                .onComplete(
                        GuardedHandler.of(
                                ctx,
                                found -> new RecordRead(vertx, ctx, node.anywhere(), query, found, metrics).start()),
                        ctx::fail);
    }
}
