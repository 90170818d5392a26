package io.millrace.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.group.CommittedOffsets.CommittedOffset;
import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupClient;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.RecordHeader;
import io.millrace.storage.AppendResult;
import io.millrace.storage.CleanerConfig;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.auth.ClientAuthenticator;
import io.millrace.websocket.protocol.Subprotocol;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** A real node with a gateway on a real port, started and stopped by a test. */
public final class GatewayNode implements AutoCloseable {

    private static final int TIMEOUT_MS = 10_000;
    private static final int SYSTEM_BUFFERS = HttpServerOptions.DEFAULT_SEND_BUFFER_SIZE;

    private final Vertx vertx = Vertx.vertx();
    private final ClusterNode cluster;
    private final StreamGateway gateway;
    /** Members say twice a second that they are there, so that tests need not wait for rebalances. */
    private static final GroupsConfig LIVELY_GROUPS =
            new GroupsConfig(2, 60, 4_096, 500, 60_000, 0, 100, 6_000, 500, GroupBounds.defaults());

    private final CountingMetrics metrics = new CountingMetrics();
    private final HttpServer server;

    private GatewayNode(
            StorageConfig storage,
            GatewayLimits limits,
            ClientAuthenticator authenticator,
            DeliveryQuota quota,
            UnaryOperator<PartitionService> partitions,
            int sendBufferBytes) {
        cluster = await(ClusterNode.startAlone(
                vertx,
                ClusterConfig.defaults(storage).withGroups(LIVELY_GROUPS),
                Clock.systemUTC(),
                StorageMetrics.NONE));
        gateway = new StreamGateway(
                vertx,
                new GatewayBackend(
                        "1",
                        partitions.apply(cluster.anywhere()),
                        cluster.controller(),
                        cluster.producer(),
                        cluster.groupMembers(),
                        quota,
                        Map.of()),
                limits,
                metrics,
                authenticator,
                Clock.systemUTC());
        Router router = Router.router(vertx);
        gateway.mount(router);
        server = await(vertx.createHttpServer(new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setSendBufferSize(sendBufferBytes)
                        .setWebSocketSubProtocols(Subprotocol.wireNames())
                        .setPerMessageWebSocketCompressionSupported(true)
                        .setMaxWebSocketFrameSize(limits.messageBytesMax()))
                .requestHandler(router)
                .listen(0));
    }

    public static GatewayNode start(Path directory) {
        return start(directory, GatewayLimits.defaults());
    }

    public static GatewayNode start(Path directory, GatewayLimits limits) {
        return start(directory, limits, ClientAuthenticator.ANONYMOUS);
    }

    public static GatewayNode start(Path directory, GatewayLimits limits, ClientAuthenticator authenticator) {
        return new GatewayNode(
                StorageConfig.defaults(directory),
                limits,
                authenticator,
                DeliveryQuota.NONE,
                UnaryOperator.identity(),
                SYSTEM_BUFFERS);
    }

    /** A node whose gateway sees other partitions than there are. */
    public static GatewayNode start(Path directory, UnaryOperator<PartitionService> partitions) {
        return new GatewayNode(
                StorageConfig.defaults(directory),
                GatewayLimits.defaults(),
                ClientAuthenticator.ANONYMOUS,
                DeliveryQuota.NONE,
                partitions,
                SYSTEM_BUFFERS);
    }

    /** A node that looks several times a second for what can be compacted, and reads from files what it is asked for. */
    public static GatewayNode startCompacting(Path directory, GatewayLimits limits) {
        StorageConfig storage = StorageConfig.defaults(directory);
        return new GatewayNode(
                new StorageConfig(
                        directory,
                        storage.shards(),
                        storage.journalBytes(),
                        storage.shardQueueMax(),
                        storage.shardQueueBytesMax(),
                        0,
                        storage.reserveBytes(),
                        100,
                        storage.producerExpirationMs(),
                        storage.scrub(),
                        new CleanerConfig(1 << 20, 0, 100)),
                limits,
                ClientAuthenticator.ANONYMOUS,
                DeliveryQuota.NONE,
                UnaryOperator.identity(),
                SYSTEM_BUFFERS);
    }

    /** A node whose system keeps little for a client that does not read. */
    public static GatewayNode startWithSmallSockets(Path directory, GatewayLimits limits) {
        return new GatewayNode(
                StorageConfig.defaults(directory),
                limits,
                ClientAuthenticator.ANONYMOUS,
                DeliveryQuota.NONE,
                UnaryOperator.identity(),
                64 << 10);
    }

    /** A node whose clients may not be sent as much as they like. */
    public static GatewayNode start(Path directory, DeliveryQuota quota) {
        return new GatewayNode(
                StorageConfig.defaults(directory),
                GatewayLimits.defaults(),
                ClientAuthenticator.ANONYMOUS,
                quota,
                UnaryOperator.identity(),
                SYSTEM_BUFFERS);
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("did not complete: " + e, e);
        }
    }

    public StreamGateway gateway() {
        return gateway;
    }

    public CountingMetrics metrics() {
        return metrics;
    }

    /** What a group has committed, by partition. */
    public Map<Integer, Long> committed(String group) {
        return await(cluster.committedOffsets().of(group)).stream()
                .collect(Collectors.toMap(CommittedOffset::partition, CommittedOffset::offset));
    }

    /** The generation of a group whose members are all of it. */
    public int generation(String group) {
        return described(group).groupEpoch();
    }

    /** Takes all members out of a group behind their backs, as a coordinator does that has not heard of them for long. */
    public void throwOut(String group) {
        for (ConsumerGroupDescribeResponseData.Member member : described(group).members()) {
            await(cluster.groups()
                    .consumerGroupHeartbeat(
                            groupClient(ApiKeys.CONSUMER_GROUP_HEARTBEAT),
                            new ConsumerGroupHeartbeatRequestData()
                                    .setGroupId(group)
                                    .setMemberId(member.memberId())
                                    .setMemberEpoch(-1)));
        }
    }

    private ConsumerGroupDescribeResponseData.DescribedGroup described(String group) {
        return await(cluster.groups()
                        .describeConsumerGroups(groupClient(ApiKeys.CONSUMER_GROUP_DESCRIBE), List.of(group)))
                .get(0);
    }

    private static GroupClient groupClient(ApiKeys api) {
        return new GroupClient("", InetAddress.getLoopbackAddress(), api.id, api.latestVersion(), 0);
    }

    public PartitionService partitions() {
        return cluster.anywhere();
    }

    public int port() {
        return server.actualPort();
    }

    public URI ws(String pathAndQuery) {
        return URI.create("ws://127.0.0.1:" + port() + pathAndQuery);
    }

    public URI http(String pathAndQuery) {
        return URI.create("http://127.0.0.1:" + port() + pathAndQuery);
    }

    public void createTopic(String name, int partitions) {
        createTopic(name, partitions, Map.of());
    }

    public void createTopic(String name, int partitions, Map<String, String> config) {
        await(cluster.controller().createTopic(new NewTopic(name, partitions, 1, config), false));
    }

    public void addPartitions(String topic, int total) {
        await(cluster.controller().createPartitions(topic, total, false));
    }

    public void deleteTopic(String name) {
        await(cluster.controller()
                .deleteTopic(
                        cluster.controller().image().topic(name).orElseThrow().id()));
    }

    public TopicPartition partition(String topic, int partition) {
        return cluster.anywhere().partition(topic, partition).orElseThrow();
    }

    /** Appends records with these values to partition 0 and waits until they are durable. */
    public void append(String topic, String... values) {
        List<NewRecord> records = new ArrayList<>();
        for (String value : values) {
            records.add(record(null, value));
        }
        append(topic, 0, records);
    }

    /** Appends records whose values are these numbers. */
    public void appendNumbers(String topic, int partition, long from, long to) {
        append(
                topic,
                partition,
                LongStream.range(from, to)
                        .mapToObj(number -> record(null, Long.toString(number)))
                        .toList());
    }

    public void append(String topic, int partition, List<NewRecord> records) {
        await(appendAsync(topic, partition, records));
    }

    public Future<AppendResult> appendAsync(String topic, int partition, List<NewRecord> records) {
        return cluster.anywhere()
                .append(new AppendCommand(
                        partition(topic, partition),
                        RecordBatches.build(records, System.currentTimeMillis()),
                        Acks.LEADER,
                        TIMEOUT_MS));
    }

    public static NewRecord record(String key, String value) {
        return new NewRecord(-1, bytes(key), bytes(value), List.of());
    }

    public static NewRecord record(long timestampMs, byte[] key, byte[] value, RecordHeader... headers) {
        return new NewRecord(timestampMs, key, value, List.of(headers));
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(UTF_8);
    }

    @Override
    public void close() {
        await(gateway.close());
        await(server.close());
        await(cluster.stop());
        await(vertx.close());
    }
}
