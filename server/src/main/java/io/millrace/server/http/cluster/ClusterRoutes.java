package io.millrace.server.http.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.placement.Plan;
import io.millrace.cluster.placement.Rebalancing;
import io.millrace.server.http.HttpConfig;
import io.millrace.server.http.HttpProblem;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.QueryParameters;
import io.millrace.server.http.RouteModule;
import io.millrace.server.http.body.BodyBudget;
import io.millrace.server.http.body.BodyReader;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code /cluster}: who is there, what is being moved; evening out the cluster, emptying a node, forgetting one that is gone. Any node
 * answers for the whole cluster. What is begun here goes on without the node that was asked.
 */
public final class ClusterRoutes implements RouteModule {

    private static final String CLUSTER = "/cluster";
    private static final String REASSIGNMENTS = CLUSTER + "/reassignments";
    private static final String REBALANCE = CLUSTER + "/rebalance";
    private static final String DRAIN = CLUSTER + "/drain";
    private static final String LEADERS = CLUSTER + "/leaders";
    private static final String UNAVAILABLE = CLUSTER + "/unavailable";
    private static final String THROTTLE = CLUSTER + "/throttle";
    private static final String NODE = CLUSTER + "/nodes/:node";

    private final Vertx vertx;
    private final HttpConfig config;
    private final ClusterNode node;
    private final ClusterAdmin admin;
    private final Rebalancing rebalancing;
    private final BodyBudget budget;

    public ClusterRoutes(Vertx vertx, HttpConfig config, ClusterNode node, BodyBudget budget) {
        this.vertx = vertx;
        this.config = config;
        this.node = node;
        this.admin = node.admin();
        this.rebalancing = new Rebalancing(node.controller(), admin);
        this.budget = budget;
    }

    @Override
    public void mount(Router router) {
        BodyReader bodies = new BodyReader(vertx, config, budget);
        NamedRoute.of(router, HttpMethod.GET, CLUSTER).handler(this::status);
        NamedRoute.of(router, HttpMethod.GET, REASSIGNMENTS).handler(this::reassignments);
        NamedRoute.of(router, HttpMethod.DELETE, REASSIGNMENTS).handler(this::cancel);
        NamedRoute.of(router, HttpMethod.POST, REBALANCE).handler(ctx -> rebalance(ctx, bodies));
        NamedRoute.of(router, HttpMethod.POST, DRAIN).handler(ctx -> drain(ctx, bodies));
        NamedRoute.of(router, HttpMethod.POST, LEADERS).handler(ctx -> elect(ctx, bodies));
        NamedRoute.of(router, HttpMethod.GET, UNAVAILABLE).handler(this::unavailable);
        NamedRoute.of(router, HttpMethod.PUT, THROTTLE).handler(ctx -> throttle(ctx, bodies));
        NamedRoute.of(router, HttpMethod.PUT, NODE).handler(ctx -> setDrained(ctx, bodies));
        NamedRoute.of(router, HttpMethod.DELETE, NODE).handler(this::remove);
    }

    private void status(RoutingContext ctx) {
        QueryParameters.of(ctx, Set.of());
        answer(
                ctx,
                admin.status()
                        .map(status -> StatusJson.of(status, node.config().nodeId())
                                .put("moving_partitions", admin.reassignments().size())));
    }

    private void reassignments(RoutingContext ctx) {
        QueryParameters.of(ctx, Set.of());
        answer(
                ctx,
                admin.replicaSizes()
                        .map(sizes -> MovesJson.progress(
                                admin.reassignments(),
                                sizes,
                                node.controller().image().settings())));
    }

    private void rebalance(RoutingContext ctx, BodyReader bodies) {
        QueryParameters.of(ctx, Set.of());
        bodies.read(ctx, body -> {
            PlanRequest request = PlanRequest.parse(body, PlanRequest.REBALANCE_MEMBERS);
            answer(ctx, rebalancing.rebalance().compose(plan -> carryOut(plan, request)));
        });
    }

    private void drain(RoutingContext ctx, BodyReader bodies) {
        QueryParameters.of(ctx, Set.of());
        bodies.read(ctx, body -> {
            PlanRequest request = PlanRequest.parse(body, PlanRequest.DRAIN_MEMBERS);
            int drained = request.drainedNode();
            answer(
                    ctx,
                    rebalancing
                            .drain(drained)
                            // First, or what is placed meanwhile would stay.
                            .compose(plan -> (request.dryRun()
                                            ? Future.<Void>succeededFuture()
                                            : admin.setDrained(drained, true))
                                    .compose(marked -> carryOut(plan, request))));
        });
    }

    private void setDrained(RoutingContext ctx, BodyReader bodies) {
        QueryParameters.of(ctx, Set.of());
        int marked = PlanRequest.nodeId(ctx.pathParam("node"));
        bodies.read(ctx, body -> {
            JsonNode drained = PlanRequest.object(body, Set.of("drained")).path("drained");
            if (!drained.isBoolean()) {
                throw HttpProblem.badRequest("'drained' must be true or false");
            }
            answer(
                    ctx,
                    admin.setDrained(marked, drained.booleanValue())
                            .map(done -> JsonNodeFactory.instance
                                    .objectNode()
                                    .put("node", marked)
                                    .put("drained", drained.booleanValue())));
        });
    }

    /** The limit first, so that nothing is copied faster. */
    private Future<JsonNode> carryOut(Plan plan, PlanRequest request) {
        if (request.dryRun()) {
            return Future.succeededFuture(MovesJson.plan(plan, true, Map.of()));
        }
        Future<Void> limited =
                request.throttle().isPresent() ? admin.limitCatchUp(request.throttle()) : Future.succeededFuture();
        return limited.compose(done -> rebalancing.execute(plan)).map(refused -> MovesJson.plan(plan, false, refused));
    }

    private void cancel(RoutingContext ctx) {
        QueryParameters.of(ctx, Set.of());
        int moving = admin.reassignments().size();
        answer(ctx, rebalancing.cancel().map(refused -> {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("cancelled", moving - refused.size());
            json.set("refused", MovesJson.refused(refused));
            return json;
        }));
    }

    private void elect(RoutingContext ctx, BodyReader bodies) {
        QueryParameters.of(ctx, Set.of());
        bodies.read(ctx, body -> {
            ElectionRequest request = ElectionRequest.parse(body);
            Optional<Set<TopicPartition>> partitions =
                    request.partitions(node.controller().image());
            answer(ctx, elect(request, partitions).map(ClusterRoutes::elected));
        });
    }

    private Future<Map<TopicPartition, Optional<MillraceException>>> elect(
            ElectionRequest request, Optional<Set<TopicPartition>> partitions) {
        if (partitions.filter(Set::isEmpty).isPresent()) {
            return Future.succeededFuture(Map.of());
        }
        return request.unclean() ? admin.electUncleanLeaders(partitions) : admin.electPreferredLeaders(partitions);
    }

    private static JsonNode elected(Map<TopicPartition, Optional<MillraceException>> outcomes) {
        Map<TopicPartition, MillraceException> refused = new HashMap<>();
        outcomes.forEach((partition, failure) -> failure.ifPresent(why -> refused.put(partition, why)));
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("elected", outcomes.size() - refused.size());
        json.set("refused", MovesJson.refused(refused));
        return json;
    }

    private void unavailable(RoutingContext ctx) {
        QueryParameters.of(ctx, Set.of());
        answer(ctx, Future.succeededFuture(TroubleJson.of(node.controller().image())));
    }

    private void throttle(RoutingContext ctx, BodyReader bodies) {
        QueryParameters.of(ctx, Set.of());
        bodies.read(ctx, body -> {
            PlanRequest request = PlanRequest.parse(body, PlanRequest.THROTTLE_MEMBERS);
            answer(ctx, admin.limitCatchUp(request.throttle()).map(done -> {
                ObjectNode json = JsonNodeFactory.instance.objectNode();
                MovesJson.putRate(json, request.throttle());
                return json;
            }));
        });
    }

    /** Forgets a node that is gone: first as a voter, so that another one can take that place. */
    private void remove(RoutingContext ctx) {
        QueryParameters.of(ctx, Set.of());
        int gone = PlanRequest.nodeId(ctx.pathParam("node"));
        checkGone(gone);
        answer(
                ctx,
                admin.status()
                        .compose(status -> status.quorum().voters().stream().anyMatch(voter -> voter.nodeId() == gone)
                                ? admin.removeVoter(gone)
                                : Future.succeededFuture())
                        // Another node may get this id one day.
                        .compose(removed -> admin.setDrained(gone, false))
                        .compose(unmarked -> admin.unregister(gone))
                        .map(done -> JsonNodeFactory.instance.objectNode().put("removed", gone)));
    }

    private void checkGone(int gone) {
        BrokerMetadata broker = node.controller().image().brokers().get(gone);
        if (broker == null) {
            throw new MillraceException(
                    ErrorCode.BROKER_ID_NOT_REGISTERED, "there is no node " + gone + " in this cluster");
        }
        if (!broker.fenced()) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "node " + gone + " is alive: stop it first, or it would come back at once");
        }
        long replicas = node.controller().image().topics().values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(partition -> partition.replicas().contains(gone))
                .count();
        if (replicas > 0) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "node " + gone + " has replicas of " + replicas + " partitions: drain it first");
        }
    }

    private static void answer(RoutingContext ctx, Future<? extends JsonNode> json) {
        json.onComplete(
                done -> ctx.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                        .end(Buffer.buffer(done.toString())),
                ctx::fail);
    }
}
