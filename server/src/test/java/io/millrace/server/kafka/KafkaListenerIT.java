package io.millrace.server.kafka;

import static io.millrace.server.kafka.RawRequests.batch;
import static io.millrace.server.kafka.RawRequests.fetch;
import static io.millrace.server.kafka.RawRequests.produce;
import static io.millrace.server.kafka.RawRequests.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.server.metrics.KafkaMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaListenerIT {

    @TempDir
    Path directory;

    @Test
    void connectionsAboveTheLimitAreClosedAndAPlaceThatIsFreeCanBeTaken() {
        try (KafkaTestNode node = KafkaTestNode.start(
                directory, cluster -> cluster, listener -> TestConfigs.withMaxConnections(listener, 2))) {
            RawKafkaClient first = node.connect();
            RawKafkaClient second = node.connect();
            first.call(RawKafkaClient.apiVersions(), ApiVersionsResponse.class);
            second.call(RawKafkaClient.apiVersions(), ApiVersionsResponse.class);
            try (RawKafkaClient third = node.connect()) {
                assertThat(third.isClosedByServer()).isTrue();
            }
            first.close();
            await().until(() -> node.listener().openConnections() == 1);

            try (RawKafkaClient fourth = node.connect()) {
                fourth.call(RawKafkaClient.apiVersions(), ApiVersionsResponse.class);
            }
            second.close();
        }
    }

    @Test
    void aConnectionWithoutARequestIsClosed() {
        try (KafkaTestNode node = KafkaTestNode.start(
                        directory, cluster -> cluster, listener -> TestConfigs.withFirstRequestTimeout(listener, 200));
                RawKafkaClient silent = node.connect()) {
            assertThat(silent.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aStopAnswersWhatIsInFlightAndTakesNothingNew() throws IOException {
        KafkaTestNode node = KafkaTestNode.start(directory, cluster -> cluster, TestConfigs::onOneEventLoop);
        TopicMetadata topic = node.createTopic("stop", 1);
        try (RawKafkaClient client = node.connect()) {
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.write(client.frame(RawKafkaClient.apiVersions()));
            both.write(client.frame(fetch(topic, 0, 700)));
            client.sendBytes(both.toByteArray());
            // The fetch came in the same bytes, so it is taken when this is answered.
            client.receive(ApiVersionsResponse.class);

            Future<Void> stopped = node.listener().stop();
            assertThat(row(client.receive(FetchResponse.class)).errorCode()).isEqualTo(Errors.NONE.code());
            assertThat(client.isClosedByServer()).isTrue();
            KafkaTestNode.await(stopped);
            assertThatThrownBy(node::connect).hasMessageContaining("refused");
        } finally {
            node.closeWithoutListener();
        }
    }

    @Test
    void whenRequestsHoldAllTheMemoryTheyMay_thenOthersWaitUntilSomeIsFree() throws IOException {
        Vertx vertx = Vertx.vertx();
        RequestMemory memory = new RequestMemory(1 << 20);
        try (KafkaTestNode node = KafkaTestNode.start(directory)) {
            KafkaListenerConfig config = KafkaListenerConfig.defaults("127.0.0.1", 0);
            KafkaListener small =
                    KafkaTestNode.await(KafkaListener.start(vertx, config, node.node(), memory, KafkaMetrics.NONE));
            try (RawKafkaClient large = new RawKafkaClient(small.actualPort());
                    RawKafkaClient other = new RawKafkaClient(small.actualPort())) {
                other.call(RawKafkaClient.apiVersions(), ApiVersionsResponse.class);
                // Half of a request of two megabytes.
                large.sendBytes(Arrays.copyOf(large.frame(produce("t", 1, batch(2_000_000))), 1 << 20));
                await().until(memory::isExhausted);

                other.send(RawKafkaClient.apiVersions());
                assertThat(other.isSilentFor(300)).isTrue();
                large.close();
                other.receive(ApiVersionsResponse.class);
            }
            await().until(() -> memory.usedBytes() == 0);
            KafkaTestNode.await(small.stop());
        } finally {
            KafkaTestNode.await(vertx.close());
        }
    }

    @Test
    void whenThePortIsTaken_thenTheMessageSaysWhichAndWhatToDo() {
        Vertx vertx = Vertx.vertx();
        try (KafkaTestNode node = KafkaTestNode.start(directory)) {
            KafkaListenerConfig samePort = KafkaListenerConfig.defaults("127.0.0.1", node.port());

            assertThatThrownBy(() ->
                            KafkaTestNode.await(KafkaListener.start(vertx, samePort, node.node(), KafkaMetrics.NONE)))
                    .hasMessageContaining("127.0.0.1:" + node.port())
                    .hasMessageContaining("kafka.port");
        } finally {
            KafkaTestNode.await(vertx.close());
        }
    }

    @Test
    void aWildcardAddressNeedsAnAdvertisedOne() {
        assertThatThrownBy(() -> KafkaListenerConfig.defaults("0.0.0.0", 9092))
                .hasMessageContaining("kafka.advertisedHost");
    }
}
