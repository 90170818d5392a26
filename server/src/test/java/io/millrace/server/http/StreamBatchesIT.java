package io.millrace.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.server.HttpCalls;
import io.millrace.server.TestServer;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of what Kafka's own transactional producer writes: whole batches, and single records. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamBatchesIT {

    private static final List<String> COMMITTED = List.of("kept 1", "kept 2", "last 1", "last 2");

    private final HttpClient client = HttpClient.newHttpClient();
    private TestServer server;
    private KafkaProducer<String, String> producer;

    @BeforeAll
    void writeThreeTransactionsOfWhichOneIsAborted() throws Exception {
        server = TestServer.start();
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        server.kafkaAddress(),
                        "transactional.id",
                        "tx",
                        "compression.type",
                        "gzip"),
                new StringSerializer(),
                new StringSerializer());
        HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"t\",\"partitions\":1}");
        producer.initTransactions();
        for (String name : List.of("kept", "aborted", "last")) {
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("t", name + " 1"));
            producer.send(new ProducerRecord<>("t", name + " 2")).get();
            if (name.equals("aborted")) {
                producer.abortTransaction();
            } else {
                producer.commitTransaction();
            }
        }
    }

    @AfterAll
    void stop() {
        producer.close();
        server.close();
    }

    /** The binary messages of a stream. */
    private static final class Batches implements WebSocket.Listener {
        private final BlockingQueue<ByteBuffer> messages = new LinkedBlockingQueue<>();
        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            partial.writeBytes(bytes);
            if (last) {
                messages.add(ByteBuffer.wrap(partial.toByteArray()));
                partial.reset();
            }
            socket.request(1);
            return null;
        }

        /** The values of all records up to a position. */
        List<String> valuesUpTo(long position) throws InterruptedException {
            List<String> values = new ArrayList<>();
            long next;
            do {
                ByteBuffer message = messages.poll(30, TimeUnit.SECONDS);
                assertThat(message).as("a message").isNotNull();
                assertThat(message.get()).as("type").isEqualTo((byte) 2);
                message.get();
                for (int i = 0; i < 3; i++) {
                    ByteUtils.readVarlong(message);
                }
                next = ByteUtils.readVarlong(message);
                for (MutableRecordBatch batch :
                        MemoryRecords.readableRecords(message.slice()).batches()) {
                    batch.ensureValid();
                    assertThat(batch.isControlBatch()).isFalse();
                    batch.forEach(record -> {
                        byte[] value = new byte[record.valueSize()];
                        record.value().get(value);
                        values.add(new String(value));
                    });
                }
            } while (next < position);
            return values;
        }
    }

    /** The text messages of a stream, one after the other. */
    private static final class Texts implements WebSocket.Listener {
        private final StringBuffer received = new StringBuffer();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();

        static Texts follow(HttpClient client, TestServer server, String path, String... subprotocol) {
            Texts texts = new Texts();
            WebSocket.Builder builder = client.newWebSocketBuilder();
            if (subprotocol.length > 0) {
                builder.subprotocols(subprotocol[0]);
            }
            builder.buildAsync(URI.create(server.httpUrl().replaceFirst("^http", "ws") + path), texts)
                    .join();
            return texts;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            received.append(data);
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return null;
        }

        String untilClosed() throws Exception {
            assertThat(closed.get(30, TimeUnit.SECONDS)).isEqualTo(1000);
            return received.toString();
        }

        /** What has come as soon as this has. */
        String upTo(String text) {
            await().atMost(Duration.ofSeconds(30)).until(() -> received.indexOf(text) >= 0);
            return received.toString();
        }
    }

    private static Batches follow(TestServer server) {
        Batches batches = new Batches();
        HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .subprotocols("millrace.v1.bin")
                .buildAsync(
                        URI.create(server.httpUrl().replaceFirst("^http", "ws")
                                + "/topics/t/stream?from=earliest&format=batch"),
                        batches)
                .join();
        return batches;
    }

    @Test
    void batchesOfAbortedTransactionsAndTheMarkersOfAllAreLeftOut() throws Exception {
        // Two records and a marker for each transaction.
        assertThat(follow(server).valuesUpTo(8)).containsExactlyElementsOf(COMMITTED);
    }

    /** What belongs to them cannot be taken back once a page has drawn it: PROTOCOL.md, {@code isolation}. */
    @ParameterizedTest
    @ValueSource(strings = {"", "&isolation=read_committed", "&isolation=read_uncommitted"})
    void recordsOfAbortedTransactionsAreSentToNobodyWhateverTheIsolation(String isolation) throws Exception {
        String path = "/topics/t/stream?from=earliest&until=latest&format=text" + isolation;
        for (String accept : List.of("text/event-stream", "*/*")) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(server.httpUrl() + path))
                            .header("Accept", accept)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(values(answer.body())).as(accept).containsExactlyElementsOf(COMMITTED);
        }
        assertThat(values(Texts.follow(client, server, path).untilClosed())).containsExactlyElementsOf(COMMITTED);
        Texts messages = Texts.follow(client, server, path, "millrace.v1.json");
        assertThat(values(messages.upTo("\"unsubscribed\""))).containsExactlyElementsOf(COMMITTED);
    }

    @Test
    void nothingIsSentPastATransactionThatIsOpenAlsoWithReadUncommitted() throws Exception {
        HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"open\",\"partitions\":1}");
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("open", "1")).get();
        HttpCalls.postJson(server.httpUrl() + "/topics/open/records", "2");
        Texts plain = Texts.follow(client, server, "/topics/open/stream?from=earliest&isolation=read_uncommitted");
        producer.abortTransaction();
        assertThat(values(plain.upTo("\"value\":"))).containsExactly("2");
    }

    /** The values of records, in whatever there is around them. */
    private static List<String> values(String text) {
        return Pattern.compile("\"value\":\"?([^\",}]*)")
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .toList();
    }
}
