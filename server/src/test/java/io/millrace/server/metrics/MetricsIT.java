package io.millrace.server.metrics;

import static io.millrace.server.http.HttpTestServer.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.http.HttpTestServer;
import io.millrace.server.http.Readiness;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.Transport;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsIT {

    /** A sample of Prometheus' text format. */
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{[^}]*})?) (-?[0-9.eE+-]+|NaN|[+-]Inf)");

    @TempDir
    Path directory;

    private HttpTestServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpTestServer.start(directory);
        server.createTopic("readings", 2, Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void everyLineParsesAndWhatIsDoneIsCounted() throws Exception {
        Map<String, Double> before = scrape();
        server.post("/topics/readings/records", JSON, "{\"t\":1}");
        server.post("/topics/readings/records", "application/x-ndjson", "1\n2\n");
        server.post("/topics/readings/records", JSON, "{");
        server.get("/no/such/url/of/a/stranger");
        server.get("/topics/readings/records?from=earliest");
        Map<String, Double> after = scrape();

        assertThat(moved(before, after, "millrace_storage_append_bytes_total")).isPositive();
        assertThat(moved(before, after, "millrace_storage_append_batches_total"))
                .isBetween(2.0, 3.0);
        assertThat(moved(before, after, "millrace_storage_fsync_seconds_count")).isPositive();
        assertThat(moved(before, after, "millrace_storage_fsync_seconds_bucket{le=\"+Inf\"}"))
                .isPositive();
        assertThat(moved(before, after, "millrace_storage_reads_total{source=\"memory\"}")
                        + moved(before, after, "millrace_storage_reads_total{source=\"file\"}"))
                .isPositive();
        assertThat(moved(before, after, "millrace_gateway_http_produce_requests_total{status=\"200\"}"))
                .isEqualTo(2);
        assertThat(moved(before, after, "millrace_gateway_http_produce_requests_total{status=\"400\"}"))
                .isEqualTo(1);
        assertThat(moved(before, after, "millrace_gateway_http_produce_records_total"))
                .isEqualTo(3);
        assertThat(after)
                .containsEntry("millrace_topic_records{topic=\"readings\"}", 3.0)
                .containsEntry("millrace_topic_end_offset_sum{topic=\"readings\"}", 3.0)
                .containsEntry("millrace_storage_online", 1.0)
                .containsEntry("millrace_replication_partitions_led", 2.0)
                .containsEntry("millrace_replication_partitions_under_replicated", 0.0)
                .containsEntry("millrace_replication_partitions_offline", 0.0)
                .containsEntry("millrace_replication_reigns_total", 2.0)
                .containsEntry("millrace_replication_fetch_errors_total", 0.0)
                .containsEntry("millrace_cluster_active_controller", 1.0)
                .containsEntry("millrace_cluster_quorum_role{role=\"leader\"}", 1.0)
                .containsEntry("millrace_cluster_quorum_role{role=\"observer\"}", 0.0)
                .containsKey("millrace_http_requests_seconds_count{route=\"none\",status=\"404\"}")
                .containsKey(
                        "millrace_http_requests_seconds_count{route=\"POST /topics/:topic/records\",status=\"200\"}")
                .containsKey("millrace_http_connections")
                .containsKey("process_uptime_seconds");
        assertThat(after.keySet())
                .anyMatch(name -> name.startsWith("jvm_memory_used_bytes{"))
                .anyMatch(name -> name.startsWith("millrace_build_info{"))
                .noneMatch(name -> name.contains("stranger"));
    }

    @Test
    void countsWhatTheKafkaListenerTells() throws Exception {
        server.metrics.kafka().connectionOpened();
        server.metrics.kafka().requestAnswered("Produce", 1_000_000);
        server.metrics.kafka().transferred(100, 20);

        assertThat(scrape())
                .containsEntry("millrace_kafka_connections", 1.0)
                .containsEntry("millrace_kafka_requests_seconds_count{api=\"Produce\"}", 1.0)
                .containsEntry("millrace_kafka_request_bytes_total", 100.0)
                .containsEntry("millrace_kafka_response_bytes_total", 20.0);
    }

    @Test
    void countsWhatTheGatewayTells() throws Exception {
        GatewayMetrics gateway = server.metrics.gateway();
        gateway.streamOpened(Transport.WEBSOCKET);
        gateway.streamOpened(Transport.SSE);
        gateway.streamClosed(Transport.SSE, 1000);
        gateway.subscriptionBegan("log");
        gateway.subscriptionBegan("log");
        gateway.subscriptionEnded("log");
        gateway.lag(this, Map.of("readings", 7L));
        gateway.lag("another event loop", Map.of("readings", 3L));
        gateway.authenticationFailed();
        gateway.sent("readings", 10, 1_000);
        gateway.frameEncoded("readings");
        gateway.frameShared("readings", 5);
        gateway.deliveryLatency(2_000_000);
        gateway.gap(Gap.Reason.RETENTION);
        gateway.filterFailed(7);
        gateway.conflated(9);
        gateway.stalled();
        gateway.subscriptionRefused();
        gateway.quotaPaused();

        assertThat(scrape())
                .containsEntry("millrace_gateway_connections{transport=\"websocket\"}", 1.0)
                .containsEntry("millrace_gateway_connections{transport=\"sse\"}", 0.0)
                .containsEntry("millrace_gateway_closes_total{code=\"1000\"}", 1.0)
                .containsEntry("millrace_gateway_subscriptions{view=\"log\"}", 1.0)
                .containsEntry("millrace_gateway_lag_records{topic=\"readings\"}", 7.0)
                .containsEntry("millrace_gateway_auth_failures_total", 1.0)
                .containsEntry("millrace_gateway_records_sent_total{topic=\"readings\"}", 10.0)
                .containsEntry("millrace_gateway_bytes_sent_total{topic=\"readings\"}", 1_000.0)
                .containsEntry("millrace_gateway_filter_failures_total", 7.0)
                .containsEntry("millrace_gateway_records_conflated_total", 9.0)
                .containsEntry("millrace_gateway_stalls_total", 1.0)
                .containsEntry("millrace_gateway_subscriptions_refused_total", 1.0)
                .containsEntry("millrace_gateway_quota_pauses_total", 1.0)
                .containsEntry("millrace_gateway_frame_encodes_total", 1.0)
                .containsEntry("millrace_gateway_frame_shares_total", 5.0)
                .containsEntry("millrace_gateway_delivery_latency_seconds_count", 1.0)
                .containsEntry("millrace_gateway_gaps_total{reason=\"retention\"}", 1.0);
    }

    @Test
    void boundsTheTopicsThatGatewayMetricsName() throws Exception {
        for (int i = 0; i < TopicMeters.TOPICS_MAX + 100; i++) {
            server.metrics.gateway().sent("topic-" + i, 1, 1);
        }
        Map<String, Double> samples = scrape();

        assertThat(samples.keySet().stream().filter(name -> name.startsWith("millrace_gateway_records_sent_total{")))
                .hasSize(TopicMeters.TOPICS_MAX + 1);
        assertThat(samples).containsEntry("millrace_gateway_records_sent_total{topic=\"other topics\"}", 100.0);
    }

    @Test
    void probesSayWhetherTheNodeLivesAndIsReady() throws Exception {
        assertThat(server.get("/healthz").body()).isEqualTo("{\"status\":\"ok\"}");
        assertThat(server.get("/readyz").statusCode()).isEqualTo(200);

        server.readiness.become(Readiness.Phase.DRAINING);

        HttpResponse<String> draining = server.get("/readyz");
        assertThat(draining.statusCode()).isEqualTo(503);
        assertThat(draining.body()).isEqualTo("{\"status\":\"draining\"}");
        assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
    }

    private static double moved(Map<String, Double> before, Map<String, Double> after, String name) {
        assertThat(after).containsKey(name);
        return after.get(name) - before.getOrDefault(name, 0.0);
    }

    private Map<String, Double> scrape() throws Exception {
        HttpResponse<String> answer = server.get("/metrics");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        Map<String, Double> samples = new HashMap<>();
        for (String line : answer.body().split("\n")) {
            if (!line.startsWith("#")) {
                Matcher sample = SAMPLE.matcher(line);
                assertThat(sample.matches()).as(line).isTrue();
                samples.put(sample.group(1), Double.parseDouble(sample.group(2).replace("Inf", "Infinity")));
            }
        }
        return samples;
    }
}
