package io.millrace.server.kafka;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.member.AssignedPartition;
import io.millrace.cluster.group.member.GroupMember;
import io.millrace.cluster.group.member.GroupMemberListener;
import io.millrace.cluster.group.member.JoinRequest;
import io.millrace.cluster.group.member.Position;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What the gateway does for a connection with a group, without the connection: reads what the member is assigned on its event loop, and
 * commits what it has read.
 */
final class ConnectionMember implements GroupMemberListener, AutoCloseable {

    private static final int READ_BYTES = 64 << 10;
    private static final long IDLE_MS = 20;

    /** One partition, for as long as it is assigned. */
    private static final class Reading {
        private final TopicPartition partition;
        private long position;

        private Reading(AssignedPartition assigned) {
            partition = assigned.partition();
            position = Math.max(0, assigned.committedOffset());
        }
    }

    private final ClusterNode node;
    private final Collection<String> seen;
    private final GroupMember member;
    private final CompletableFuture<Context> context = new CompletableFuture<>();
    private final Map<TopicPartition, Reading> readings = new HashMap<>();
    private final List<String> committedOffsets = new ArrayList<>();
    private final AtomicInteger revocations = new AtomicInteger();
    private final AtomicInteger losses = new AtomicInteger();
    private volatile Set<String> assignment = Set.of();
    private volatile ErrorCode failure;
    private volatile boolean isMember;

    /** @param seen where it adds the values that it has read */
    ConnectionMember(ClusterNode node, JoinRequest request, Collection<String> seen) {
        this.node = node;
        this.seen = seen;
        this.member = node.groupMembers().join(request, this);
    }

    static ConnectionMember join(
            ClusterNode node, String group, String instance, String topic, Collection<String> seen) {
        return new ConnectionMember(
                node, JoinRequest.forTopics(group, instance, "connection", "127.0.0.9", Set.of(topic)), seen);
    }

    /** For values that several members read, with those that are read twice. */
    static Collection<String> all() {
        return new ConcurrentLinkedQueue<>();
    }

    @Override
    public void assigned(int memberEpoch, List<AssignedPartition> partitions) {
        context.complete(Vertx.currentContext());
        isMember = true;
        for (AssignedPartition each : partitions) {
            Reading reading = new Reading(each);
            committedOffsets.add(each.partition() + "@" + each.committedOffset());
            readings.put(reading.partition, reading);
            read(reading);
        }
        publish();
    }

    private void read(Reading reading) {
        if (readings.get(reading.partition) == reading) {
            node.anywhere()
                    .read(reading.partition, reading.position, READ_BYTES, Isolation.READ_UNCOMMITTED)
                    .onComplete(read -> {
                        if (read.succeeded() && deliver(reading, read.result())) {
                            member.commit(Map.of(reading.partition, Position.at(reading.position)));
                            read(reading);
                        } else {
                            context.join().owner().setTimer(IDLE_MS, timer -> read(reading));
                        }
                    });
        }
    }

    private boolean deliver(Reading reading, ReadResult batches) {
        try (batches) {
            long before = reading.position;
            if (readings.get(reading.partition) == reading) {
                reading.position = RecordBatches.forEach(
                        batches.toBuffer(),
                        reading.position,
                        record -> seen.add(new String(record.value(), StandardCharsets.UTF_8)));
            }
            return reading.position > before;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void revoked(int memberEpoch, long deadlineMs, List<TopicPartition> partitions) {
        revocations.addAndGet(partitions.size());
        Map<TopicPartition, Position> last = new HashMap<>();
        partitions.forEach(each -> last.put(each, Position.at(readings.remove(each).position)));
        publish();
        member.commit(last).onComplete(done -> member.released(partitions));
    }

    @Override
    public void lost(List<TopicPartition> partitions, MillraceException why) {
        losses.incrementAndGet();
        readings.clear();
        publish();
    }

    @Override
    public void failed(MillraceException why) {
        readings.clear();
        publish();
        failure = why.code();
    }

    private void publish() {
        assignment = readings.keySet().stream().map(TopicPartition::toString).collect(Collectors.toUnmodifiableSet());
    }

    /** Names as Kafka's partitions have them. */
    Set<String> assignment() {
        return assignment;
    }

    boolean isMember() {
        return isMember;
    }

    /** What ended it, or null. */
    ErrorCode failure() {
        return failure;
    }

    int revocations() {
        return revocations.get();
    }

    int losses() {
        return losses.get();
    }

    String memberId() {
        return member.memberId();
    }

    /** {@code partition@offset} of all that it was ever assigned. */
    List<String> committedOffsets() {
        return onContext(() -> Future.succeededFuture(List.copyOf(committedOffsets)));
    }

    void commit(TopicPartition partition, long offset) {
        onContext(() -> member.commit(Map.of(partition, Position.at(offset))));
    }

    /** The connection is closed by its client: commits, and leaves for good. */
    void leave() {
        end(GroupMember::leave);
    }

    /** The connection is lost. */
    void disconnect() {
        end(GroupMember::disconnected);
    }

    private void end(Function<GroupMember, Future<Void>> how) {
        onContext(() -> {
            Map<TopicPartition, Position> last = new HashMap<>();
            readings.values().forEach(each -> last.put(each.partition, Position.at(each.position)));
            readings.clear();
            publish();
            member.commit(last);
            return how.apply(member);
        });
    }

    private <T> T onContext(Supplier<Future<T>> action) {
        try {
            CompletableFuture<T> done = new CompletableFuture<>();
            context.get(20, TimeUnit.SECONDS)
                    .runOnContext(turn -> action.get().onComplete(result -> {
                        if (result.succeeded()) {
                            done.complete(result.result());
                        } else {
                            done.completeExceptionally(result.cause());
                        }
                    }));
            return done.get(40, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (failure == null) {
            leave();
        }
    }
}
