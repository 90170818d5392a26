package io.millrace.cluster.partition;

import static org.awaitility.Awaitility.await;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.AppendResult;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Some nodes in one process that replicate one partition; node ids begin with 1, and node 1 is the preferred leader. */
final class TestCluster implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong skippedMs = new AtomicLong();
    private final Map<Integer, TestNode> nodes = new TreeMap<>();
    private final Set<Integer> deaf = ConcurrentHashMap.newKeySet();
    final TestNetwork network = new TestNetwork();
    final ModelController controller;
    final TopicPartition partition;

    TestCluster(Path directory, int count, int minInSync) {
        this(directory, count, count, minInSync);
    }

    /** @param replicas how many of the nodes have a replica, the first ones */
    TestCluster(Path directory, int count, int replicas, int minInSync) {
        controller = new ModelController(minInSync);
        partition = new TopicPartition(controller.topicId(), "t", ModelController.PARTITION);
        List<Integer> ids = IntStream.rangeClosed(1, count).boxed().toList();
        for (int id : ids) {
            TestNode node = new TestNode(
                    id,
                    directory.resolve("node-" + id),
                    vertx,
                    controller,
                    network,
                    () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) + skippedMs.get(),
                    this::tellAll);
            nodes.put(id, node);
            node.start();
        }
        controller.create(ids.subList(0, replicas));
        publish();
    }

    TestNode node(int id) {
        return nodes.get(id);
    }

    Iterable<TestNode> nodes() {
        return nodes.values();
    }

    int leader() {
        return controller.partition().leader();
    }

    /** Lets time pass for everyone at once. */
    void skip(long ms) {
        skippedMs.addAndGet(ms);
    }

    /** From now on a node hears of no image. */
    void deafen(int id) {
        deaf.add(id);
    }

    /** A node hears again, of the present image first. */
    void undeafen(int id) {
        deaf.remove(id);
        publish();
    }

    /** Hands the image to all that hear; returns when it is in force there. */
    void publish() {
        for (CompletableFuture<Void> each : tell()) {
            each.orTimeout(20, TimeUnit.SECONDS).join();
        }
    }

    private void tellAll() {
        tell();
    }

    private synchronized List<CompletableFuture<Void>> tell() {
        ClusterImage image = controller.image();
        List<CompletableFuture<Void>> inForce = new ArrayList<>();
        for (TestNode node : nodes.values()) {
            if (node.isRunning() && !deaf.contains(node.id())) {
                inForce.add(node.apply(image));
            }
        }
        return inForce;
    }

    void stop(int id) {
        synchronized (this) {
            node(id).stop();
        }
        controller.fence(id);
        publish();
    }

    void kill(int id) {
        synchronized (this) {
            node(id).kill();
        }
        controller.fence(id);
        publish();
    }

    void start(int id) {
        synchronized (this) {
            node(id).start();
        }
        publish();
    }

    /** A node dies and is there again before anybody takes it for dead; its high watermark was not written down. */
    void restartUnnoticed(int id) {
        synchronized (this) {
            node(id).kill();
            node(id).start();
        }
        publish();
    }

    /** Nobody reaches anybody. */
    void cutAll() {
        for (int from : nodes.keySet()) {
            nodes.keySet().forEach(to -> network.cut(from, to));
        }
    }

    long latestOffset(int node) {
        return node(node).service().latestOffset(partition, Isolation.READ_UNCOMMITTED);
    }

    void fence(int id) {
        controller.fence(id);
        publish();
    }

    void elect(int id) {
        controller.elect(id);
        publish();
    }

    Future<AppendResult> append(int node, String value, Acks acks) {
        return append(node, value, acks, 30_000);
    }

    Future<AppendResult> append(int node, String value, Acks acks, int timeoutMs) {
        NewRecord record = new NewRecord(1, null, value.getBytes(StandardCharsets.UTF_8), List.of());
        return node(node)
                .service()
                .append(new AppendCommand(partition, RecordBatches.build(List.of(record), 1), acks, timeoutMs));
    }

    /** Appends to the leader and waits until all in-sync replicas have it. */
    AppendResult append(String value) {
        return get(append(leader(), value, Acks.ALL));
    }

    long highWatermark(int node) {
        return node(node).service().find(partition).highWatermark();
    }

    long end(int node) {
        return node(node).log(partition).offsets().logEndOffset();
    }

    /** What a consumer sees at a node. */
    List<String> values(int node) {
        LocalPartitionService service = node(node).service();
        long start = service.offsets(partition).logStartOffset();
        return valuesIn(get(service.read(partition, start, 1 << 20, Isolation.READ_UNCOMMITTED)));
    }

    /** What lies in the log of a node. */
    List<String> stored(int node) {
        List<String> values = new ArrayList<>();
        RecordBatches.forEach(
                node(node).bytes(partition),
                0,
                record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
        return values;
    }

    private static List<String> valuesIn(ReadResult result) {
        List<String> values = new ArrayList<>();
        try (result) {
            RecordBatches.forEach(
                    result.toBuffer(), 0, record -> values.add(new String(record.value(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return values;
    }

    void awaitInSync(Integer... ids) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> Set.copyOf(controller.partition().isr()).equals(Set.of(ids)));
    }

    /** Waits until the leader knows that a replica has everything below an offset: it is told when that is durable there. */
    void awaitHeard(int follower, long offset) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> network.heard(follower, leader()) >= offset);
    }

    /** Waits until all nodes hold the same bytes, and know it. */
    void awaitEqual() {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(this::isEqual);
    }

    private boolean isEqual() {
        long end = end(leader());
        for (TestNode node : nodes.values()) {
            if (node.isRunning() && (end(node.id()) != end || highWatermark(node.id()) != end)) {
                return false;
            }
        }
        for (TestNode node : nodes.values()) {
            if (node.isRunning() && !node.bytes(partition).equals(node(leader()).bytes(partition))) {
                throw new AssertionError("node " + node.id() + " holds other bytes than leader " + leader());
            }
        }
        return true;
    }

    static ErrorCode errorOf(Future<?> future) {
        try {
            get(future);
        } catch (MillraceException e) {
            return e.code();
        }
        return ErrorCode.NONE;
    }

    static <T> T get(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        }
    }

    @Override
    public synchronized void close() {
        for (TestNode node : nodes.values()) {
            if (node.isRunning()) {
                node.kill();
            }
        }
        get(vertx.close());
    }
}
