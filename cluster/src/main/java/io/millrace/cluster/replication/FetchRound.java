package io.millrace.cluster.replication;

import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** What became of one answer: hands each replica its part. */
final class FetchRound {

    /** A replica, and what was asked for it. */
    record Asked(FollowedReplica replica, ReplicaFetchRequest.Entry entry) {}

    private final List<FollowedReplica> replicas = new ArrayList<>();
    private long receivedBytes;

    /** Those that the answer said something about. */
    List<FollowedReplica> replicas() {
        return replicas;
    }

    long receivedBytes() {
        return receivedBytes;
    }

    /**
     * Hands out an answer.
     *
     * @param asked what the leader was asked of a partition, null for one that it was not asked for
     * @param outcome told for each replica; the failure is null when it may be asked for more
     * @return completes, always with success, when all have taken their part
     */
    Future<Void> take(
            ReplicaFetchResponse<ByteBuffer> answer,
            Function<ReplicaFetchResponse.Entry<ByteBuffer>, Asked> asked,
            BiConsumer<FollowedReplica, Throwable> outcome) {
        List<Future<Void>> taken = new ArrayList<>(answer.partitions().size());
        for (ReplicaFetchResponse.Entry<ByteBuffer> entry : answer.partitions()) {
            Asked each = asked.apply(entry);
            if (each == null) {
                continue;
            }
            replicas.add(each.replica());
            if (entry.outcome() instanceof ReplicaFetchResponse.Records<ByteBuffer> records) {
                receivedBytes += records.records().remaining();
            }
            taken.add(takeOne(each, entry).transform(done -> {
                outcome.accept(each.replica(), done.cause());
                return Future.succeededFuture();
            }));
        }
        return taken.isEmpty() ? Future.succeededFuture() : Future.join(taken).mapEmpty();
    }

    private static Future<Void> takeOne(Asked asked, ReplicaFetchResponse.Entry<ByteBuffer> entry) {
        try {
            return asked.replica().take(asked.entry(), entry);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }
}
