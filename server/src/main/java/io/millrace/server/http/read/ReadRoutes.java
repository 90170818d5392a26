package io.millrace.server.http.read;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.server.http.GuardedHandler;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.RouteModule;
import io.millrace.websocket.subscription.StartPositionResolver;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;

/**
 * {@code GET /topics/{t}/records}: records from a position (gateway protocol §2.1), as {@code
 * {"records":[…],"resume":"…","caught_up":true}}. Keeps no state: the same request can be repeated, and {@code resume} is the
 * position to go on from. Records lost before the start are told in a member {@code gaps}.
 */
public final class ReadRoutes implements RouteModule {

    private final Vertx vertx;
    private final ClusterNode node;
    private final StartPositionResolver positions;

    public ReadRoutes(Vertx vertx, ClusterNode node, Clock clock) {
        this.vertx = vertx;
        this.node = node;
        this.positions = new StartPositionResolver(node.partitions(), clock);
    }

    @Override
    public void mount(Router router) {
        NamedRoute.of(router, HttpMethod.GET, "/topics/:topic/records").handler(this::read);
    }

    private void read(RoutingContext ctx) {
        String name = ctx.pathParam("topic");
        TopicMetadata topic = node.controller()
                .image()
                .topic(name)
                .orElseThrow(() -> new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "no topic '" + name + "'; GET /topics lists them"));
        ReadQuery query = ReadQuery.of(ctx, topic);
        positions
                .resolve(query.from(), query.partitions(), query.reset())
                .onComplete(
                        GuardedHandler.of(
                                ctx, starts -> new RecordRead(vertx, ctx, node.partitions(), query, starts).start()),
                        ctx::fail);
    }
}
