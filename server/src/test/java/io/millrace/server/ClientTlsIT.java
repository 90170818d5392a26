package io.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.tls.TestCa;
import io.millrace.cluster.tls.TlsFiles;
import io.millrace.cluster.tls.TlsIdentity;
import io.millrace.server.http.HttpListener;
import io.millrace.server.http.HttpMetrics;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node whose ports for clients speak TLS, and clients that others have written. */
@Timeout(60)
class ClientTlsIT {

    private static final int RECORDS = 60;
    private static final int RECORD_BYTES = 200_000;

    @TempDir
    static Path directory;

    private static TestCa ca;
    private static TlsFiles files;
    private static TestServer server;
    private static SSLContext trusting;

    @BeforeAll
    static void start() throws Exception {
        ca = new TestCa(directory.resolve("ca"));
        files = ca.issue("server", "san=ip:127.0.0.1,dns:localhost");
        trusting = trusting(ca.certificate());
        server = TestServer.startIn(
                directory.resolve("data"),
                "kafka.tls.certificate=" + files.certificate(),
                "kafka.tls.key=" + files.key(),
                "http.tls.certificate=" + files.certificate(),
                "http.tls.key=" + files.key(),
                // So that what is fetched comes out of files, which no socket with TLS can send by itself.
                "storage.tailCacheBytes=0");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void aKafkaClientReadsWhatItWroteByteForByte() throws Exception {
        Random written = new Random(3);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                kafka(Map.of("batch.size", 1)), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>("sealed", 0, null, record(written)));
            }
        }
        Random expected = new Random(3);
        List<Long> offsets = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                kafka(Map.of("auto.offset.reset", "earliest", "max.partition.fetch.bytes", 20 << 20)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition("sealed", 0)));
            while (offsets.size() < RECORDS) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    offsets.add(record.offset());
                    assertThat(record.value()).isEqualTo(record(expected));
                }
            }
        }
        assertThat(offsets).hasSize(RECORDS).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aKafkaClientWithoutTlsIsClosed() throws Exception {
        URI address = URI.create("tcp://" + server.kafkaAddress());
        try (Socket plain = new Socket(address.getHost(), address.getPort())) {
            plain.getOutputStream()
                    .write(ByteBuffer.allocate(14)
                            .putInt(10)
                            .putShort((short) 18)
                            .putShort((short) 0)
                            .putInt(1)
                            .putShort((short) -1)
                            .array());
            plain.setSoTimeout(10_000);

            // An answer would be longer, and leave the connection open.
            assertThat(readToTheEnd(plain)).hasSizeLessThan(8);
        }
    }

    @Test
    void httpsTakesAndGivesRecordsAndUrlsSayHttps() throws Exception {
        HttpClient client = HttpClient.newBuilder().sslContext(trusting).build();

        HttpResponse<String> taken = client.send(
                request("/topics/readings/records")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"value\":{\"t\":21}}"))
                        .build(),
                BodyHandlers.ofString());
        HttpResponse<String> overview = client.send(request("/overview").build(), BodyHandlers.ofString());

        assertThat(taken.statusCode()).as(taken.body()).isBetween(200, 299);
        assertThat(server.httpUrl()).startsWith("https://127.0.0.1:");
        assertThat(overview.body()).contains(server.httpUrl());
    }

    @Test
    void aWebSocketFollowsATopicOverWss() throws Exception {
        HttpClient client = HttpClient.newBuilder().sslContext(trusting).build();
        CompletableFuture<String> seen = new CompletableFuture<>();
        client.send(
                request("/topics/followed/records")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"value\":\"over wss\"}"))
                        .build(),
                BodyHandlers.ofString());
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(
                        URI.create(server.httpUrl().replace("https", "wss") + "/topics/followed/stream?from=earliest"),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                                if (text.toString().contains("over wss")) {
                                    seen.complete(text.toString());
                                }
                                from.request(1);
                                return null;
                            }
                        })
                .get(20, TimeUnit.SECONDS);

        assertThat(seen.get(20, TimeUnit.SECONDS)).contains("over wss");
        socket.abort();
    }

    @Test
    void aRenewedCertificateIsShownToNewConnections() throws Exception {
        TlsFiles renewed = ca.issue("renewed", "san=ip:127.0.0.1");
        Vertx vertx = Vertx.vertx();
        try (TlsIdentity identity = TlsIdentity.ofServer(vertx, renewed, Duration.ofMillis(20))) {
            HttpListener listener = HttpListener.start(
                            vertx,
                            ComponentConfigs.http(TestServer.config(directory.resolve("none"), null)),
                            identity,
                            List.of(),
                            HttpMetrics.NONE)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            BigInteger first = serialShownAt(listener.port());

            ca.issue("renewed", "san=ip:127.0.0.1");

            await().until(() -> !serialShownAt(listener.port()).equals(first));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private static BigInteger serialShownAt(int port) throws IOException {
        try (SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
        }
    }

    private static byte[] readToTheEnd(Socket socket) throws IOException {
        try (InputStream in = socket.getInputStream()) {
            return in.readAllBytes();
        }
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.httpUrl() + path)).timeout(Duration.ofSeconds(20));
    }

    private static Map<String, Object> kafka(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", server.kafkaAddress());
        settings.put("security.protocol", "SSL");
        settings.put("ssl.truststore.type", "PEM");
        settings.put("ssl.truststore.location", ca.certificate().toString());
        return settings;
    }

    private static byte[] record(Random random) {
        byte[] bytes = new byte[RECORD_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private static SSLContext trusting(Path pem) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(pem)) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
