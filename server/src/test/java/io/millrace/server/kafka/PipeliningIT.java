package io.millrace.server.kafka;

import static io.millrace.server.kafka.RawRequests.batch;
import static io.millrace.server.kafka.RawRequests.fetch;
import static io.millrace.server.kafka.RawRequests.produce;
import static io.millrace.server.kafka.RawRequests.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.metadata.TopicMetadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Order, waiting and limits of connections. All connections share one event loop, so whoever blocks it is found out. */
class PipeliningIT {

    private static final int MAX_IN_FLIGHT = 10;

    /** Generous for a busy machine, and still far from the wait that must not be seen. */
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    private static final int LONG_WAIT_MS = 15_000;

    @TempDir
    static Path directory;

    private static KafkaTestNode node;

    @BeforeAll
    static void startNode() {
        node = KafkaTestNode.start(
                directory, cluster -> cluster, listener -> TestConfigs.withMaxInFlight(listener, MAX_IN_FLIGHT));
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @Test
    void requestsThatAreSentTogetherAreAnsweredInOrder() throws IOException {
        node.createTopic("together", 1);
        try (RawKafkaClient client = node.connect()) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < 200; i++) {
                all.write(client.frame(produce("together", -1, batch("v" + i))));
            }
            client.sendBytes(all.toByteArray());

            for (int i = 0; i < 200; i++) {
                // receive() checks that the correlation id is that of the oldest request.
                assertThat(row(client.receive(ProduceResponse.class)).baseOffset())
                        .isEqualTo(i);
            }
        }
    }

    @Test
    void aRequestBehindAParkedFetchIsCarriedOutAtOnceAndAnsweredAfterIt() {
        TopicMetadata topic = node.createTopic("behind", 1);
        try (RawKafkaClient client = node.connect()) {
            long start = System.nanoTime();
            client.send(fetch(topic, 0, LONG_WAIT_MS)).send(produce("behind", -1, batch("wakes the fetch")));

            assertThat(row(client.receive(FetchResponse.class)).records().sizeInBytes())
                    .isPositive();
            assertThat(row(client.receive(ProduceResponse.class)).errorCode()).isEqualTo(Errors.NONE.code());
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
        }
    }

    @Test
    void aParkedFetchDoesNotDelayOtherConnections() {
        TopicMetadata topic = node.createTopic("parked", 1);
        try (RawKafkaClient parked = node.connect();
                RawKafkaClient other = node.connect()) {
            long start = System.nanoTime();
            parked.send(fetch(topic, 0, LONG_WAIT_MS));

            other.call(RawKafkaClient.apiVersions(), ApiVersionsResponse.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);

            other.call(produce("parked", 1, batch("news")), ProduceResponse.class);
            FetchResponse news = parked.receive(FetchResponse.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
            assertThat(row(news).records().sizeInBytes()).isPositive();
            assertThat(row(news).highWatermark()).isEqualTo(1);
            assertThat(row(news).logStartOffset()).isZero();
        }
    }

    @Test
    void anEmptyFetchWaitsAsLongAsItWasAskedToAndStillTellsTheOffsets() {
        TopicMetadata topic = node.createTopic("empty", 1);
        try (RawKafkaClient client = node.connect()) {
            long start = System.nanoTime();
            FetchResponse response = client.call(fetch(topic, 0, 400), FetchResponse.class);

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(390), AT_ONCE);
            assertThat(row(response).errorCode()).isEqualTo(Errors.NONE.code());
            assertThat(row(response).records().sizeInBytes()).isZero();
            assertThat(row(response).highWatermark()).isZero();
            assertThat(row(response).lastStableOffset()).isZero();
            assertThat(response.sessionId()).isZero();
        }
    }

    @Test
    void producersWithoutAnswerKeepTheirOrderAmongOthers() {
        node.createTopic("acks0", 1);
        try (RawKafkaClient client = node.connect()) {
            for (int i = 0; i < 50; i++) {
                // No answer will come, so the request must not be waited for.
                byte[] frame = new RawFrames().frame(produce("acks0", 0, batch("v" + i)));
                client.sendBytes(frame);
            }
            ProduceResponse last = client.call(produce("acks0", 1, batch("last")), ProduceResponse.class);

            assertThat(row(last).baseOffset()).isEqualTo(50);
        }
    }

    @Test
    void aClientWhoseAnswersAreHeldUpIsNotReadBeyondItsLimit() throws IOException {
        TopicMetadata topic = node.createTopic("held-up", 1);
        RawFrames frames = new RawFrames();
        // It is not answered before the socket has been given up on.
        byte[] fetchAhead = frames.frame(fetch(topic, 0, 4 * LONG_WAIT_MS));
        byte[] produce = frames.frame(produce("alpha-does-not-exist", -1, batch(500_000)));
        try (SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", node.port()));
                Selector selector = Selector.open()) {
            channel.write(ByteBuffer.wrap(fetchAhead));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_WRITE);
            long accepted = 0;
            ByteBuffer next = ByteBuffer.wrap(produce);
            // Ends when the socket takes nothing for so long: the server has stopped reading, and does not only stand
            // still.
            while (selector.select(3_000) > 0 && accepted < 200L << 20) {
                selector.selectedKeys().clear();
                accepted += channel.write(next);
                if (!next.hasRemaining()) {
                    next.rewind();
                }
            }

            // Ten requests of half a megabyte, and what the buffers of two sockets hold.
            assertThat(accepted).isBetween(4L << 20, 60L << 20);
        }
        try (RawKafkaClient healthy = node.connect()) {
            healthy.call(RawKafkaClient.apiVersions(), ApiVersionsResponse.class);
        }
    }
}
