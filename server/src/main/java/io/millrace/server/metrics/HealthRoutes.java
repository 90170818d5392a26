package io.millrace.server.metrics;

import io.millrace.cluster.ClusterNode;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.ProblemJson;
import io.millrace.server.http.Readiness;
import io.millrace.server.http.RouteModule;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.scrub.ScrubReport;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;

/**
 * Probes and metrics. {@code /healthz}: should this process live on? No when its log directory is offline, which only a restart
 * mends; yes, but with a word about it, when old records were found to be damaged. {@code /readyz}: should it get requests? Not while it starts or stops; with
 * replicas that are offline it should, and says so. Both answer {@code {"status":"…"}}.
 */
public final class HealthRoutes implements RouteModule {

    private static final String SCRAPE_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Vertx vertx;
    private final ClusterNode node;
    private final Readiness readiness;
    private final ServerMetrics metrics;

    public HealthRoutes(Vertx vertx, ClusterNode node, Readiness readiness, ServerMetrics metrics) {
        this.vertx = vertx;
        this.node = node;
        this.readiness = readiness;
        this.metrics = metrics;
    }

    @Override
    public void mount(Router router) {
        NamedRoute.of(router, HttpMethod.GET, "/healthz").handler(this::health);
        NamedRoute.of(router, HttpMethod.GET, "/readyz").handler(this::readiness);
        NamedRoute.of(router, HttpMethod.GET, "/metrics").handler(this::scrape);
    }

    private void health(RoutingContext ctx) {
        List<ScrubReport.Damage> damages = node.health().scrubReport().damages();
        if (node.health().isOnline() && damages.isEmpty()) {
            answer(ctx, 200, "ok", null);
        } else if (node.health().isOnline()) {
            // A restart mends nothing here, and everything else is served.
            answer(
                    ctx,
                    200,
                    "damaged",
                    damages.size() + " old segments are damaged, such as "
                            + damages.get(0).file() + ": see the log, and restore them from a replica or a backup");
        } else {
            answer(
                    ctx,
                    503,
                    "offline",
                    "the log directory " + node.config().storage().directory()
                            + " failed and is offline: see the log, mend the disk, then restart this process");
        }
    }

    private void readiness(RoutingContext ctx) {
        Readiness.Phase phase = readiness.phase();
        if (phase != Readiness.Phase.READY) {
            answer(ctx, 503, phase.name().toLowerCase(Locale.ROOT), null);
            return;
        }
        List<TopicPartition> offline = node.health().offlineReplicas();
        if (node.health().isOnline() && !offline.isEmpty()) {
            // Everything else is served, and what is led elsewhere is reached through here.
            answer(
                    ctx,
                    200,
                    "degraded",
                    offline.size() + " replicas of this node are offline, such as " + offline.get(0)
                            + ": the log says why and what to do; other nodes serve these partitions if they have them");
            return;
        }
        health(ctx);
    }

    private void scrape(RoutingContext ctx) {
        vertx.executeBlocking(metrics::scrape, false)
                .onComplete(
                        text -> ctx.response()
                                .putHeader(HttpHeaders.CONTENT_TYPE, SCRAPE_TYPE)
                                .end(text),
                        ctx::fail);
    }

    private static void answer(RoutingContext ctx, int status, String state, String reason) {
        StringBuilder json = new StringBuilder("{\"status\":\"").append(state).append('"');
        if (reason != null) {
            json.append(",\"reason\":");
            ProblemJson.appendString(json, reason);
        }
        ctx.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (ctx.request().method() == HttpMethod.HEAD) {
            ctx.response().end();
        } else {
            ctx.response().end(Buffer.buffer(json.append('}').toString()));
        }
    }
}
