package io.millrace.server.http.produce;

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
import org.junit.jupiter.api.Test;

/** {@code producer_byte_rate} of those who write over HTTP, set as Kafka's tools do. */
class WriteQuotaIT {

    /** Two of them are within the quota also when a window has just begun: windows of 500 ms hold half a second at the least. */
    private static final int BODY_BYTES = 40_000;

    @Test
    void writesAboveTheQuotaAreRefusedUntilTheRateIsRightAgainAndAreNotStored() throws Exception {
        try (TestServer server = TestServer.start("kafka.quotaWindowNum=2", "kafka.quotaWindowMs=500")) {
            HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"readings\"}");
            limit(server, 200_000.0);
            String url = server.httpUrl() + "/topics/readings/records";
            String body = "\"" + "x".repeat(BODY_BYTES) + "\"";
            int stored = 0;
            HttpResponse<String> refused = null;
            while (refused == null) {
                HttpResponse<String> answer = HttpCalls.postJson(url, body);
                if (answer.statusCode() == 200) {
                    assertThat(++stored).isLessThan(100);
                } else {
                    refused = answer;
                }
            }

            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.body())
                    .contains("THROTTLING_QUOTA_EXCEEDED", "producer_byte_rate", "\"retriable\":true");
            assertThat(Integer.parseInt(
                            refused.headers().firstValue("retry-after").orElseThrow()))
                    .isBetween(1, 12);
            // As much as the windows allow, and one request more.
            assertThat(stored).isBetween(3, 12);
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> HttpCalls.postJson(url, "1").statusCode() == 200);
            assertThat(HttpCalls.get(server.httpUrl() + "/topics/readings/partitions/0/offsets")
                            .body())
                    .contains("\"high_watermark\":" + (stored + 1));
        }
    }

    private static void limit(TestServer server, double bytesPerSecond) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.kafkaAddress()))) {
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(
                            new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "http")),
                            List.of(new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond)))))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }
}
