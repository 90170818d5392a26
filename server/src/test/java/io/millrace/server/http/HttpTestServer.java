package io.millrace.server.http;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.server.http.auth.TicketRoutes;
import io.millrace.server.http.body.BodyBudget;
import io.millrace.server.http.page.DashboardRoutes;
import io.millrace.server.http.produce.ProducerRoutes;
import io.millrace.server.http.read.ReadRoutes;
import io.millrace.server.http.read.WaitingReads;
import io.millrace.server.http.topic.OverviewRoutes;
import io.millrace.server.http.topic.TopicRoutes;
import io.millrace.server.kafka.quota.ClientQuotas;
import io.millrace.server.metrics.HealthRoutes;
import io.millrace.server.metrics.ServerMetrics;
import io.millrace.storage.StorageConfig;
import io.millrace.websocket.DeliveryQuota;
import io.millrace.websocket.GatewayBackend;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.StreamGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A node with its HTTP listener, on a free port and a directory of the test, and a client for it. */
public final class HttpTestServer implements AutoCloseable {

    public static final String JSON = "application/json";

    public final Vertx vertx = Vertx.vertx();
    public final ServerMetrics metrics = new ServerMetrics("test");
    public final Readiness readiness = new Readiness();
    public final ClusterNode node;
    public final StreamGateway gateway;
    public final HttpListener listener;
    public final BodyBudget budget;
    public final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private HttpTestServer(ClusterConfig cluster, HttpConfig config, GatewayLimits limits) throws Exception {
        node = await(ClusterNode.startAlone(vertx, cluster, Clock.systemUTC(), metrics.storage()));
        metrics.watch(node);
        budget = new BodyBudget(config.maxBodyBytesInFlight());
        gateway = new StreamGateway(
                vertx,
                new GatewayBackend(
                        "1",
                        node.anywhere(),
                        node.controller(),
                        node.producer(),
                        node.groupMembers(),
                        DeliveryQuota.NONE,
                        Map.of()),
                limits,
                metrics.gateway(),
                Clock.systemUTC());
        ClientQuotas quotas = ClientQuotas.of(node.controller(), 11, 1_000);
        List<RouteModule> modules = List.of(
                gateway::mount,
                new TicketRoutes(vertx, gateway.access()),
                new ProducerRoutes(vertx, config, node, budget, quotas, readiness, metrics.http()),
                new TopicRoutes(vertx, config, node, budget),
                new ReadRoutes(vertx, node, limits, quotas, metrics.gateway(), new WaitingReads(), Clock.systemUTC()),
                new OverviewRoutes(node, "test", Clock.systemUTC(), gateway::openStreams),
                new HealthRoutes(vertx, node, readiness, metrics),
                new DashboardRoutes(vertx, "http-test-site"),
                router -> router.get("/broken").handler(ctx -> {
                    throw new IllegalStateException("broken on purpose, for a test");
                }));
        listener = await(HttpListener.start(vertx, config, modules, metrics.http()));
        readiness.become(Readiness.Phase.READY);
    }

    public static HttpTestServer start(Path directory) throws Exception {
        return start(directory, UnaryOperator.identity());
    }

    /** @param change applied to the defaults, whose port is free already */
    public static HttpTestServer start(Path directory, UnaryOperator<HttpConfig> change) throws Exception {
        return start(ClusterConfig.defaults(StorageConfig.defaults(directory)), change);
    }

    public static HttpTestServer start(Path directory, UnaryOperator<HttpConfig> change, GatewayLimits limits)
            throws Exception {
        return new HttpTestServer(
                ClusterConfig.defaults(StorageConfig.defaults(directory)),
                change.apply(TestConfigs.defaults()),
                limits);
    }

    public static HttpTestServer start(ClusterConfig cluster, UnaryOperator<HttpConfig> change) throws Exception {
        return new HttpTestServer(cluster, change.apply(TestConfigs.defaults()), GatewayLimits.defaults());
    }

    public void createTopic(String name, int partitions, Map<String, String> config) throws Exception {
        await(node.controller().createTopic(new NewTopic(name, partitions, 1, config), false));
    }

    public URI uri(String pathAndQuery) {
        return URI.create("http://127.0.0.1:" + listener.port() + pathAndQuery);
    }

    public HttpResponse<String> get(String pathAndQuery) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(pathAndQuery)).GET().build());
    }

    public HttpResponse<String> post(String pathAndQuery, String contentType, String body, String... headers)
            throws IOException, InterruptedException {
        return send(postRequest(pathAndQuery, contentType, HttpRequest.BodyPublishers.ofString(body), headers));
    }

    public HttpResponse<String> post(String pathAndQuery, String contentType, byte[] body, String... headers)
            throws IOException, InterruptedException {
        return send(postRequest(pathAndQuery, contentType, HttpRequest.BodyPublishers.ofByteArray(body), headers));
    }

    public HttpRequest postRequest(
            String pathAndQuery, String contentType, HttpRequest.BodyPublisher body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(pathAndQuery)).POST(body);
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.build();
    }

    public HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Everything in the topic, as the read endpoint gives it. */
    public String everything(String topic) throws IOException, InterruptedException {
        return get("/topics/" + topic + "/records?from=earliest&max=10000").body();
    }

    public static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        await(gateway.close());
        await(listener.stop());
        await(node.stop());
        metrics.close();
        await(vertx.close());
    }
}
