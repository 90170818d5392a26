package io.millrace.server.http.group;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.CommittedOffsets.CommittedOffset;
import io.millrace.server.http.GuardedHandler;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.QueryParameters;
import io.millrace.server.http.RouteModule;
import io.millrace.storage.TopicPartition;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** {@code GET /groups/{group}/offsets}: what a group has committed, and how much it has not read yet. */
public final class GroupRoutes implements RouteModule {

    /** How long the leaders of the partitions are waited for; what is not known by then is left open. */
    private static final long ENDS_TIMEOUT_MS = 1_000;

    private final ClusterNode node;

    public GroupRoutes(ClusterNode node) {
        this.node = node;
    }

    @Override
    public void mount(Router router) {
        NamedRoute.of(router, HttpMethod.GET, "/groups/:group/offsets").handler(this::offsets);
    }

    private void offsets(RoutingContext ctx) {
        QueryParameters.of(ctx, Set.of());
        String group = ctx.pathParam("group");
        node.committedOffsets()
                .of(group)
                .onComplete(GuardedHandler.of(ctx, found -> withEnds(ctx, group, found)), ctx::fail);
    }

    private void withEnds(RoutingContext ctx, String group, List<CommittedOffset> offsets) {
        List<TopicPartition> partitions =
                offsets.stream().map(this::partition).filter(Objects::nonNull).toList();
        node.anywhere()
                .prepare(partitions, ENDS_TIMEOUT_MS)
                .onComplete(GuardedHandler.always(ctx, () -> answer(ctx, group, offsets)));
    }

    /** Null when the topic was deleted. */
    private TopicPartition partition(CommittedOffset offset) {
        return node.anywhere().partition(offset.topic(), offset.partition()).orElse(null);
    }

    private void answer(RoutingContext ctx, String group, List<CommittedOffset> offsets) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("group", group);
        ArrayNode rows = json.putArray("offsets");
        for (CommittedOffset offset : offsets) {
            ObjectNode row = rows.addObject();
            row.put("topic", offset.topic());
            row.put("partition", offset.partition());
            row.put("offset", offset.offset());
            Long end = end(offset);
            row.put("high_watermark", end);
            row.put("lag", end == null ? null : Math.max(0, end - offset.offset()));
            row.put("metadata", offset.metadata());
        }
        ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(Buffer.buffer(json.toString()));
    }

    private Long end(CommittedOffset offset) {
        TopicPartition partition = partition(offset);
        if (partition == null) {
            return null;
        }
        try {
            return node.anywhere().offsets(partition).highWatermark();
        } catch (MillraceException e) {
            return null;
        }
    }
}
