package io.millrace.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.HttpCalls;
import io.millrace.server.TestServer;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.Test;

/** {@code format=batch} beside Kafka's own transactional producer. */
class StreamBatchesIT {

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
        try (TestServer server = TestServer.start();
                KafkaProducer<String, String> producer = new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                server.kafkaAddress(),
                                "transactional.id",
                                "tx",
                                "compression.type",
                                "gzip"),
                        new StringSerializer(),
                        new StringSerializer())) {
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
            // Two records and a marker for each transaction.
            assertThat(follow(server).valuesUpTo(8)).containsExactly("kept 1", "kept 2", "last 1", "last 2");
        }
    }
}
