package io.millrace.server.http.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.server.HttpCalls;
import io.millrace.server.TestServer;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code consumer_byte_rate} of those who read over HTTP, set as Kafka's tools do. */
class ReadQuotaIT {

    private static final int RECORDS = 300;
    private static final int VALUE_BYTES = 10_000;
    private static final int WINDOW_MS = 500;

    private TestServer server;

    @BeforeEach
    void startServer() throws Exception {
        server = TestServer.start("kafka.quotaWindowNum=2", "kafka.quotaWindowMs=" + WINDOW_MS);
        HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"readings\"}");
        String value = "\"" + "x".repeat(VALUE_BYTES) + "\"";
        for (int i = 0; i < RECORDS; i++) {
            assertThat(HttpCalls.postJson(server.httpUrl() + "/topics/readings/records", value)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void aStreamAboveTheQuotaIsSlowedDownAndComplete() throws Exception {
        limit(1_000_000.0);
        long began = System.nanoTime();
        HttpResponse<String> all =
                HttpCalls.get(server.httpUrl() + "/topics/readings/stream?from=earliest&limit=" + RECORDS);

        assertThat(all.body().lines()).hasSize(RECORDS);
        // Three seconds' worth, less what the windows and the last frame may have at once.
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(1));
        assertThat(HttpCalls.get(server.httpUrl() + "/metrics").body())
                .containsPattern("millrace_gateway_quota_pauses_total [1-9]");
    }

    @Test
    void readsAboveTheQuotaAreRefusedUntilTheRateIsRightAgain() throws Exception {
        limit(100_000.0);
        String url = server.httpUrl() + "/topics/readings/records?from=earliest&max=50";
        long began = System.nanoTime();
        HttpResponse<String> refused = HttpCalls.get(url);
        assertThat(refused.statusCode()).isEqualTo(200);
        // A read is five times what a second may have: the next one is refused until the windows have forgotten it,
        // which takes
        // them as long as one lasts, or longer.
        for (int answered = 1; refused.statusCode() == 200; answered++) {
            assertThat(answered).isLessThanOrEqualTo(1 + windowsSince(began));
            refused = HttpCalls.get(url);
        }

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("THROTTLING_QUOTA_EXCEEDED", "consumer_byte_rate");
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> HttpCalls.get(url).statusCode() == 200);
    }

    private static int windowsSince(long beganNanos) {
        return (int) (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos) / WINDOW_MS);
    }

    private void limit(double bytesPerSecond) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.kafkaAddress()))) {
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(
                            new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "http")),
                            List.of(new ClientQuotaAlteration.Op("consumer_byte_rate", bytesPerSecond)))))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }
}
