package io.millrace.server.http.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.QueryParameters;
import io.millrace.server.http.RouteModule;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** {@code GET /openapi.json} and {@code GET /asyncapi.json}. */
public final class DocumentRoutes implements RouteModule {

    /** More topics than this are not named: a document of megabytes is of no use to anybody. */
    static final int TOPICS_MAX = 1_000;

    private final ClusterNode node;
    private final OpenApiDocument openApi;
    private final AsyncApiDocument asyncApi;

    /** @param version of this server */
    public DocumentRoutes(ClusterNode node, String version) {
        this.node = node;
        this.openApi = new OpenApiDocument(version);
        this.asyncApi = new AsyncApiDocument(version);
    }

    @Override
    public void mount(Router router) {
        NamedRoute.of(router, HttpMethod.GET, "/openapi.json").handler(ctx -> {
            QueryParameters.of(ctx, Set.of());
            answer(ctx, openApi.of(router.getRoutes(), visibleTopics()));
        });
        NamedRoute.of(router, HttpMethod.GET, "/asyncapi.json").handler(ctx -> {
            QueryParameters.of(ctx, Set.of());
            answer(ctx, asyncApi.of(servers(ctx.request()), visibleTopics()));
        });
    }

    private List<TopicMetadata> visibleTopics() {
        return node.controller().image().topics().values().stream()
                .filter(topic -> !InternalTopics.contains(topic.name()))
                .sorted(Comparator.comparing(TopicMetadata::name))
                .limit(TOPICS_MAX)
                .toList();
    }

    private AsyncApiDocument.Servers servers(HttpServerRequest request) {
        BrokerMetadata self =
                node.controller().image().brokers().get(node.config().nodeId());
        String http =
                request.authority() == null ? "localhost" : request.authority().toString();
        return new AsyncApiDocument.Servers(http, request.isSSL(), self.host() + ":" + self.port());
    }

    private static void answer(RoutingContext ctx, JsonNode document) {
        ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(Buffer.buffer(document.toString()));
    }
}
