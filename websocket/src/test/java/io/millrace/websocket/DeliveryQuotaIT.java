package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateway protocol §11: bytes a second of each client. */
class DeliveryQuotaIT {

    private static final int RECORDS = 2_000;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void aClientAboveItsQuotaIsSentNothingForAWhile_andMissesNothing(@TempDir Path directory) {
        AtomicLong bytes = new AtomicLong();
        AtomicReference<String> principal = new AtomicReference<>();
        AtomicLong pausesLeft = new AtomicLong(5);
        DeliveryQuota quota = (who, more) -> {
            bytes.addAndGet(more);
            principal.set(who.principal());
            return more > 0 && pausesLeft.getAndDecrement() > 0 ? 50 : 0;
        };
        try (GatewayNode node = GatewayNode.start(directory, quota)) {
            node.createTopic("readings", 1);
            node.appendNumbers("readings", 0, 0, RECORDS / 2);
            TestSocket socket = TestSocket.open(client, node.ws("/topics/readings/stream?from=earliest"));
            node.appendNumbers("readings", 0, RECORDS / 2, RECORDS);

            for (int offset = 0; offset < RECORDS; offset++) {
                assertThat(socket.nextJson().get("offset").asInt()).isEqualTo(offset);
            }
            assertThat(node.metrics().quotaPauses.get()).isPositive();
            // Both are counted at the end of a round, in which the last record may have arrived already.
            await().untilAsserted(() -> {
                assertThat(node.metrics().records.get()).isEqualTo(RECORDS);
                assertThat(bytes.get()).isEqualTo(node.metrics().bytes.get());
            });
            assertThat(principal.get()).isEqualTo("anonymous");
        }
    }
}
