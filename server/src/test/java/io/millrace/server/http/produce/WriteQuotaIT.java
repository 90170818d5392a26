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

    private static final int BODY_BYTES = 40_000;

    /** Of little more than one body in a second: one after the other they are too many also where each waits for a slow disk. */
    private static final double QUOTA = 1.25 * BODY_BYTES;

    /** Two bodies are within the quota also when a window has just begun: two windows hold the time of one at the least. */
    private static final int WINDOW_MS = 2_000;

    @Test
    void writesAboveTheQuotaAreRefusedUntilTheRateIsRightAgainAndAreNotStored() throws Exception {
        try (TestServer server = TestServer.start("kafka.quotaWindowNum=2", "kafka.quotaWindowMs=" + WINDOW_MS)) {
            HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"readings\"}");
            limit(server, QUOTA);
            String url = server.httpUrl() + "/topics/readings/records";
            String body = "\"" + "x".repeat(BODY_BYTES) + "\"";
            int stored = 0;
            long began = System.nanoTime();
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
            // Of any two windows as much as they allow, and one request more; time may have seen more than two.
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
            assertThat(stored).isBetween(3, 12 + 2 * (int) seconds);
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
