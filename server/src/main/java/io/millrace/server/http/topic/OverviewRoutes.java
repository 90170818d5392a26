package io.millrace.server.http.topic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.QueryParameters;
import io.millrace.server.http.RouteModule;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/**
 * {@code GET /overview}: the whole node in one small answer, for the dashboard to poll. Asked by many pages at once, it is
 * computed at most every 250 ms on each event loop; {@code time_ms} says when, so that rates can be told exactly.
 */
public final class OverviewRoutes implements RouteModule {

    private static final String PATH = "/overview";
    private static final long REUSE_MS = 250;

    private final ClusterNode node;
    private final String version;
    private final Clock clock;
    private final long startedMs;
    private final IntSupplier openStreams;

    /**
     * @param openStreams how many WebSocket, SSE and NDJSON streams are open now; any thread
     */
    public OverviewRoutes(ClusterNode node, String version, Clock clock, IntSupplier openStreams) {
        this.node = node;
        this.version = version;
        this.clock = clock;
        this.startedMs = clock.millis();
        this.openStreams = openStreams;
    }

    @Override
    public void mount(Router router) {
        Snapshot snapshot = new Snapshot();
        NamedRoute.of(router, HttpMethod.GET, PATH).handler(ctx -> answer(ctx, snapshot));
    }

    /** What one event loop answered last. */
    private static final class Snapshot {
        long timeMs;
        Buffer json;
    }

    private void answer(RoutingContext ctx, Snapshot snapshot) {
        QueryParameters.of(ctx, Set.of());
        long nowMs = clock.millis();
        if (snapshot.json == null || nowMs - snapshot.timeMs >= REUSE_MS || nowMs < snapshot.timeMs) {
            snapshot.json = Buffer.buffer(compute(nowMs).toString());
            snapshot.timeMs = nowMs;
        }
        ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(snapshot.json);
    }

    private ObjectNode compute(long nowMs) {
        ClusterImage image = node.controller().image();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("version", version);
        json.put("node_id", node.config().nodeId());
        json.put("cluster_id", image.clusterId().toString());
        BrokerMetadata self = image.brokers().get(node.config().nodeId());
        json.put("kafka", self.host() + ":" + self.port());
        json.put("uptime_ms", nowMs - startedMs);
        json.put("time_ms", nowMs);
        json.put("open_streams", openStreams.getAsInt());
        var topics = json.putArray("topics");
        for (TopicMetadata topic : new TreeMap<>(image.topics()).values()) {
            TopicTotals totals = TopicTotals.of(topic, node.partitions());
            topics.addObject()
                    .put("name", topic.name())
                    .put("partitions", topic.partitions().size())
                    .put("records", totals.records())
                    .put("end_offset_sum", totals.endOffsetSum())
                    .put("bytes", totals.bytes());
        }
        return json;
    }
}
