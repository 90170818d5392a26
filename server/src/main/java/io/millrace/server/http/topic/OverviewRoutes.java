package io.millrace.server.http.topic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.server.http.GuardedHandler;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.QueryParameters;
import io.millrace.server.http.RouteModule;
import io.millrace.server.metrics.NodeFacts;
import io.millrace.storage.TopicPartition;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntSupplier;

/**
 * {@code GET /overview}: the node, the others, and all topics in one small answer, for the dashboard to poll. Asked by many pages at once, it is
 * computed at most every 250 ms on each event loop; {@code time_ms} says when, so that rates can be told exactly.
 */
public final class OverviewRoutes implements RouteModule {

    private static final String PATH = "/overview";
    private static final long REUSE_MS = 250;

    /** How long the answer waits for the leaders of what has no replica here. */
    private static final long LEADERS_TIMEOUT_MS = 500;

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
        if (snapshot.json != null && nowMs - snapshot.timeMs < REUSE_MS && nowMs >= snapshot.timeMs) {
            answer(ctx, snapshot.json);
            return;
        }
        // What cannot be learned in time is told as it was known last, or not at all.
        node.anywhere().prepare(withoutReplicaHere(), LEADERS_TIMEOUT_MS).onComplete(GuardedHandler.always(ctx, () -> {
            snapshot.timeMs = clock.millis();
            snapshot.json = Buffer.buffer(compute(snapshot.timeMs).toString());
            answer(ctx, snapshot.json);
        }));
    }

    private List<TopicPartition> withoutReplicaHere() {
        int self = node.config().nodeId();
        List<TopicPartition> partitions = new ArrayList<>();
        for (TopicMetadata topic : node.controller().image().topics().values()) {
            for (PartitionMetadata partition : topic.partitions()) {
                if (!partition.replicas().contains(self)) {
                    partitions.add(new TopicPartition(topic.id(), topic.name(), partition.partition()));
                }
            }
        }
        return partitions;
    }

    private static void answer(RoutingContext ctx, Buffer json) {
        ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(json);
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
        json.put("leaderless_partitions", leaderless(image));
        addNodes(json.putArray("nodes"), image);
        var topics = json.putArray("topics");
        for (TopicMetadata topic : new TreeMap<>(image.topics()).values()) {
            TopicTotals totals = TopicTotals.of(topic, node.anywhere());
            topics.addObject()
                    .put("name", topic.name())
                    .put("internal", InternalTopics.contains(topic.name()))
                    .put("partitions", topic.partitions().size())
                    .put("records", totals.records())
                    .put("end_offset_sum", totals.endOffsetSum())
                    .put("bytes", totals.bytes());
        }
        return json;
    }

    private static long leaderless(ClusterImage image) {
        return image.topics().values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(partition -> partition.leader() == PartitionMetadata.NO_LEADER)
                .count();
    }

    private void addNodes(ArrayNode nodes, ClusterImage image) {
        Map<Integer, Map<String, Long>> facts = node.facts().all();
        for (BrokerMetadata broker : new TreeMap<>(image.brokers()).values()) {
            NodeLoad load = NodeLoad.of(image, broker.nodeId());
            ObjectNode json = nodes.addObject()
                    .put("node_id", broker.nodeId())
                    .put("alive", !broker.fenced())
                    .put("state", broker.state())
                    .put("drained", broker.drained())
                    .put("controller", broker.nodeId() == image.controllerId())
                    .put("kafka", broker.host() + ":" + broker.port())
                    .put("http", broker.httpUrl())
                    .put("leaders", load.leaders())
                    .put("replicas", load.replicas())
                    .put("out_of_sync", load.outOfSync());
            facts.getOrDefault(broker.nodeId(), Map.of()).forEach((name, value) -> {
                if (NodeFacts.isForPeople(name)) {
                    json.put(name, value);
                }
            });
        }
    }
}
