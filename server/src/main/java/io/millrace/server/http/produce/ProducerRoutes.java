package io.millrace.server.http.produce;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.produce.TopicAccess;
import io.millrace.server.http.HttpConfig;
import io.millrace.server.http.HttpMetrics;
import io.millrace.server.http.HttpQuota;
import io.millrace.server.http.NamedRoute;
import io.millrace.server.http.Readiness;
import io.millrace.server.http.RouteModule;
import io.millrace.server.http.body.BodyBudget;
import io.millrace.server.http.body.BodyReader;
import io.millrace.server.kafka.quota.ClientQuotas;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.util.Set;

/**
 * Writing: {@code POST /topics/{topic}/records}, and Confluent's {@code POST /topics/{topic}} and {@code POST
 * /topics/{topic}/partitions/{p}}.
 */
public final class ProducerRoutes implements RouteModule {

    private static final String RECORDS = "/topics/:topic/records";
    private static final String CONFLUENT_TOPIC = "/topics/:topic";
    private static final String CONFLUENT_PARTITION = "/topics/:topic/partitions/:partition";

    /** The names of the routes that write, for metrics. */
    public static final Set<String> NAMES = Set.of(
            NamedRoute.nameOf(HttpMethod.POST, RECORDS),
            NamedRoute.nameOf(HttpMethod.POST, CONFLUENT_TOPIC),
            NamedRoute.nameOf(HttpMethod.POST, CONFLUENT_PARTITION));

    private final Vertx vertx;
    private final HttpConfig config;
    private final ClusterNode node;
    private final BodyBudget budget;
    private final ClientQuotas quotas;
    private final Readiness readiness;
    private final HttpMetrics metrics;

    public ProducerRoutes(
            Vertx vertx,
            HttpConfig config,
            ClusterNode node,
            BodyBudget budget,
            ClientQuotas quotas,
            Readiness readiness,
            HttpMetrics metrics) {
        this.vertx = vertx;
        this.config = config;
        this.node = node;
        this.budget = budget;
        this.quotas = quotas;
        this.readiness = readiness;
        this.metrics = metrics;
    }

    @Override
    public void mount(Router router) {
        BodyReader bodies = new BodyReader(vertx, config, budget);
        ProduceServices services = new ProduceServices(
                config,
                bodies,
                new TopicAccess(node.controller(), config.autoCreateTopics()),
                new RecordWriter(node.appender(), node.partitioner()),
                node.producer(),
                HttpQuota.ofWrites(quotas),
                readiness,
                metrics);
        ProduceHandler records = new ProduceHandler(ProduceHandler.Door.RECORDS, services);
        ProduceHandler confluent = new ProduceHandler(ProduceHandler.Door.CONFLUENT, services);
        NamedRoute.of(router, HttpMethod.POST, RECORDS).handler(records);
        NamedRoute.of(router, HttpMethod.POST, CONFLUENT_TOPIC).handler(confluent);
        NamedRoute.of(router, HttpMethod.POST, CONFLUENT_PARTITION).handler(confluent);
    }
}
