package io.millrace.cluster.partition;

import io.millrace.cluster.idempotence.IdempotencyConfig;
import io.millrace.cluster.replication.ReplicaFetchRequest;
import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchResponse.Diverging;
import io.millrace.cluster.replication.ReplicaFetchResponse.Failed;
import io.millrace.cluster.replication.ReplicaFetchResponse.Outcome;
import io.millrace.cluster.replication.ReplicaFetchResponse.Records;
import io.millrace.storage.ReadResult;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Connects the nodes of a test: calls in one process, with cuts and damage. */
final class TestNetwork {

    private record Link(int from, int to) {}

    private final Map<Integer, LocalPartitionService> services = new ConcurrentHashMap<>();
    private final Map<Link, BooleanSupplier> cutWhen = new ConcurrentHashMap<>();
    private final Set<Link> cut = ConcurrentHashMap.newKeySet();
    private final Map<Link, Long> heard = new ConcurrentHashMap<>();
    private volatile long claimedHighWatermark = -1;
    private volatile UnaryOperator<ByteBuffer> damage = UnaryOperator.identity();

    private final Map<LocalPartitionService, OnceAppends> once = new ConcurrentHashMap<>();
    private final AtomicLong skippedMs = new AtomicLong();
    private volatile IdempotencyConfig idempotency = IdempotencyConfig.defaults();

    /** Of nodes that start from now on. */
    void idempotency(IdempotencyConfig config) {
        idempotency = config;
    }

    /** Lets time pass for idempotency keys. */
    void skip(long ms) {
        skippedMs.addAndGet(ms);
    }

    /** What a node stores once. */
    OnceAppends once(LocalPartitionService service) {
        return once.computeIfAbsent(service, added -> added.onceAppends(idempotency, new SkippingClock()));
    }

    private final class SkippingClock extends Clock {

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.now().plusMillis(skippedMs.get());
        }
    }

    void up(int node, LocalPartitionService service) {
        services.put(node, service);
    }

    void down(int node) {
        services.remove(node);
    }

    /** Requests of one node to another are lost, and answers that are under way. */
    void cut(int follower, int leader) {
        cut.add(new Link(follower, leader));
    }

    void heal() {
        cut.clear();
    }

    void heal(int follower, int leader) {
        cut.remove(new Link(follower, leader));
    }

    /** Requests are lost from the moment on at which something is so. */
    void loseAfter(int follower, int leader, BooleanSupplier happened) {
        cutWhen.put(new Link(follower, leader), happened);
    }

    /** Does something to all records on their way. */
    void damage(UnaryOperator<ByteBuffer> change) {
        damage = change;
    }

    static ByteBuffer flipLastBit(ByteBuffer records) {
        if (records.hasRemaining()) {
            int last = records.limit() - 1;
            records.put(last, (byte) (records.get(last) ^ 1));
        }
        return records;
    }

    /** The service of a node as another one sees it; null when there is no way. */
    LocalPartitionService reached(int from, int to) {
        return cut.contains(new Link(from, to)) ? null : services.get(to);
    }

    Future<ReplicaFetchResponse<ByteBuffer>> fetch(int from, int to, ReplicaFetchRequest request) {
        LocalPartitionService service = services.get(to);
        Link link = new Link(from, to);
        if (cutWhen.getOrDefault(link, () -> false).getAsBoolean()) {
            cut.add(link);
        }
        if (service == null || cut.contains(link)) {
            return Future.failedFuture(new IOException("node " + to + " cannot be reached"));
        }
        return service.fetch(request).compose(answer -> {
            request.partitions().forEach(each -> heard.merge(link, each.fetchOffset(), Math::max));
            ReplicaFetchResponse<ByteBuffer> copied = copy(answer);
            return cut.contains(link) || services.get(to) != service
                    ? Future.failedFuture(new IOException("the connection to node " + to + " broke"))
                    : Future.succeededFuture(copied);
        });
    }

    /** The largest offset from which a leader was asked, and has answered: the follower has everything below it, and the leader knows. */
    long heard(int follower, int leader) {
        return heard.getOrDefault(new Link(follower, leader), -1L);
    }

    /** All answers say that the leader's high watermark is this. */
    void claimHighWatermark(long offset) {
        claimedHighWatermark = offset;
    }

    private ReplicaFetchResponse<ByteBuffer> copy(ReplicaFetchResponse<ReadResult> answer) {
        List<ReplicaFetchResponse.Entry<ByteBuffer>> entries = new ArrayList<>();
        for (ReplicaFetchResponse.Entry<ReadResult> entry : answer.partitions()) {
            entries.add(new ReplicaFetchResponse.Entry<>(
                    entry.partition(),
                    copy(entry.outcome()),
                    Math.max(claimedHighWatermark, entry.highWatermark()),
                    entry.logStartOffset()));
        }
        return new ReplicaFetchResponse<>(answer.error(), answer.sessionId(), entries);
    }

    private Outcome<ByteBuffer> copy(Outcome<ReadResult> outcome) {
        if (outcome instanceof Records<ReadResult> records) {
            try (ReadResult result = records.records()) {
                ByteBuffer read = result.toBuffer();
                return new Records<>(
                        damage.apply(
                                ByteBuffer.allocate(read.remaining()).put(read).flip()),
                        records.history());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else if (outcome instanceof Diverging<ReadResult> diverging) {
            return new Diverging<>(diverging.epoch(), diverging.endOffset());
        }
        return new Failed<>(((Failed<ReadResult>) outcome).error());
    }
}
