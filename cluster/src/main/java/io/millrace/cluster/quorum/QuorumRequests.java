package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;
import org.apache.kafka.common.record.internal.UnalignedRecords;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.RaftRequest;

/**
 * Requests to the local Raft client: hands them to the poll thread, and the answers back to the context they came from. All are answered
 * or, when the quorum stops, failed.
 */
final class QuorumRequests {

    private final KafkaRaftClient<?> client;
    private final Time time;
    private final AtomicInteger correlationIds = new AtomicInteger();
    private final Set<RaftRequest.Inbound> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean open;

    QuorumRequests(KafkaRaftClient<?> client, Time time) {
        this.client = client;
        this.time = time;
    }

    /** The client is initialized. */
    void open() {
        open = true;
    }

    boolean isOpen() {
        return open;
    }

    Future<ApiMessage> refuse() {
        return Future.failedFuture(notHere());
    }

    Future<ApiMessage> handle(short version, ApiMessage request) {
        Context context = Vertx.currentContext();
        Promise<ApiMessage> promise = Promise.promise();
        RaftRequest.Inbound inbound = new RaftRequest.Inbound(
                QuorumProtocol.LISTENER, correlationIds.getAndIncrement(), version, request, time.milliseconds());
        waiting.add(inbound);
        inbound.completion.whenComplete((answer, failure) -> {
            waiting.remove(inbound);
            // On the poll thread: a snapshot cannot be removed before it was read.
            complete(promise, context, answer == null ? null : answer.data(), failure);
        });
        if (open) {
            client.handle(inbound);
        }
        // Looked at again: the quorum may have been closed just before, and nobody would answer.
        if (!open) {
            inbound.completion.completeExceptionally(notHere());
        }
        return promise.future();
    }

    private static void complete(Promise<ApiMessage> promise, Context context, ApiMessage answer, Throwable failure) {
        Throwable problem = failure;
        if (answer instanceof FetchSnapshotResponseData snapshot) {
            try {
                copyToMemory(snapshot);
            } catch (IOException e) {
                problem = e;
            }
        }
        Throwable cause = problem;
        Runnable completion = () -> {
            if (cause == null) {
                promise.tryComplete(answer);
            } else {
                promise.tryFail(cause);
            }
        };
        if (context == null) {
            completion.run();
        } else {
            context.runOnContext(ignored -> completion.run());
        }
    }

    /** Parts of a file are no message that could be written; the part is one megabyte at most. */
    private static void copyToMemory(FetchSnapshotResponseData answer) throws IOException {
        for (var topic : answer.topics()) {
            for (var partition : topic.partitions()) {
                if (partition.unalignedRecords() instanceof UnalignedRecords part
                        && !(part instanceof UnalignedMemoryRecords)) {
                    partition.setUnalignedRecords(MemoryChannel.copy(part));
                }
            }
        }
    }

    /** Fails what waits, and everything from now on. */
    void close() {
        open = false;
        for (RaftRequest.Inbound each : waiting) {
            each.completion.completeExceptionally(notHere());
        }
    }

    private static PeerException notHere() {
        return new PeerException(
                PeerException.Kind.CLOSED, "this node does not take part in the metadata quorum now", null);
    }
}
