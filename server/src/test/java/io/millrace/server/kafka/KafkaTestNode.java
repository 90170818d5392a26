package io.millrace.server.kafka;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.NodeEndpoints;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.server.metrics.KafkaMetrics;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/** A real node with a Kafka listener on a free port, and clients for it. */
final class KafkaTestNode implements AutoCloseable {

    private static final long TIMEOUT_SECONDS = 30;

    private final Vertx vertx = Vertx.vertx();
    private final ClusterNode node;
    private final KafkaListener listener;

    private KafkaTestNode(ClusterConfig cluster, KafkaListenerConfig config) {
        try {
            node = await(ClusterNode.open(vertx, cluster, Clock.systemUTC(), StorageMetrics.NONE));
            await(node.join());
            listener = await(KafkaListener.start(vertx, config, node, KafkaMetrics.NONE));
            await(node.register(new NodeEndpoints(listener.advertised(), null, false, null)));
        } catch (RuntimeException e) {
            vertx.close();
            throw e;
        }
    }

    static KafkaTestNode start(Path directory) {
        return start(directory, UnaryOperator.identity(), UnaryOperator.identity());
    }

    static KafkaTestNode start(
            Path directory, UnaryOperator<ClusterConfig> cluster, UnaryOperator<KafkaListenerConfig> listener) {
        return new KafkaTestNode(
                cluster.apply(ClusterConfig.defaults(storage(directory, 64 << 20))),
                listener.apply(KafkaListenerConfig.defaults("127.0.0.1", 0)));
    }

    /** Storage that works on a nearly full test machine, too. */
    static StorageConfig storage(Path directory, long tailCacheBytes) {
        StorageConfig defaults = StorageConfig.defaults(directory);
        return new StorageConfig(
                directory,
                defaults.shards(),
                defaults.journalBytes(),
                defaults.shardQueueMax(),
                defaults.shardQueueBytesMax(),
                tailCacheBytes,
                0,
                defaults.checkpointIntervalMs(),
                defaults.producerExpirationMs());
    }

    ClusterNode node() {
        return node;
    }

    KafkaListener listener() {
        return listener;
    }

    int port() {
        return listener.actualPort();
    }

    String bootstrap() {
        return "127.0.0.1:" + port();
    }

    RawKafkaClient connect() {
        return new RawKafkaClient(port());
    }

    TopicMetadata createTopic(String name, int partitions) {
        return createTopic(name, partitions, Map.of());
    }

    TopicMetadata createTopic(String name, int partitions, Map<String, String> config) {
        return await(node.controller().createTopic(new NewTopic(name, partitions, 1, config), false));
    }

    /** Groups are coordinated, and what was stored of them is loaded. */
    void awaitGroups() {
        await(node.groups().coordinatorOf("any"));
        try (Admin admin = admin()) {
            Awaitility.await()
                    .atMost(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .until(() ->
                            admin.listGroups().errors().get(1, TimeUnit.SECONDS).isEmpty());
        }
    }

    Admin admin() {
        return Admin.create(properties(Map.of("request.timeout.ms", 10_000, "default.api.timeout.ms", 15_000)));
    }

    /** A stock producer: idempotent, acks=all. */
    KafkaProducer<String, String> producer(Map<String, ?> settings) {
        return new KafkaProducer<>(properties(settings), new StringSerializer(), new StringSerializer());
    }

    KafkaProducer<byte[], byte[]> bytesProducer(Map<String, ?> settings) {
        return new KafkaProducer<>(properties(settings), new ByteArraySerializer(), new ByteArraySerializer());
    }

    KafkaConsumer<String, String> consumer(Map<String, ?> settings) {
        return new KafkaConsumer<>(properties(settings), new StringDeserializer(), new StringDeserializer());
    }

    KafkaConsumer<byte[], byte[]> bytesConsumer(Map<String, ?> settings) {
        return new KafkaConsumer<>(properties(settings), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Properties properties(Map<String, ?> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", bootstrap());
        all.putIfAbsent("max.block.ms", 15_000);
        all.putIfAbsent("auto.offset.reset", "earliest");
        Properties properties = new Properties();
        all.forEach((key, value) -> properties.put(key, value.toString()));
        return properties;
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        await(listener.stop());
        closeWithoutListener();
    }

    /** For tests that stop the listener themselves. */
    void closeWithoutListener() {
        await(node.stop());
        await(vertx.close());
    }
}
