package io.millrace.cluster.replication;

import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its answer: who asked for what, and handing each its part. */
final class FetchRound {

    private static final Logger log = LoggerFactory.getLogger(FetchRound.class);

    private final List<FollowedReplica> replicas;
    private final List<ReplicaFetchRequest.Entry> entries;
    private long receivedBytes;

    private FetchRound(List<FollowedReplica> replicas, List<ReplicaFetchRequest.Entry> entries) {
        this.replicas = replicas;
        this.entries = entries;
    }

    /** Of those that can say what they want. */
    static FetchRound of(List<FollowedReplica> candidates, int partitionMaxBytes) {
        List<FollowedReplica> replicas = new ArrayList<>(candidates.size());
        List<ReplicaFetchRequest.Entry> entries = new ArrayList<>(candidates.size());
        for (FollowedReplica candidate : candidates) {
            ReplicaFetchRequest.Entry entry = ask(candidate, partitionMaxBytes);
            if (entry != null) {
                replicas.add(candidate);
                entries.add(entry);
            }
        }
        return new FetchRound(replicas, entries);
    }

    private static ReplicaFetchRequest.Entry ask(FollowedReplica candidate, int maxBytes) {
        try {
            return candidate.ask(maxBytes);
        } catch (RuntimeException e) {
            log.atWarn()
                    .addKeyValue("partition", candidate.topicPartition())
                    .log("A replica cannot say what it wants, the others go on: {}", e.toString());
            return null;
        }
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    List<FollowedReplica> replicas() {
        return replicas;
    }

    List<ReplicaFetchRequest.Entry> entries() {
        return entries;
    }

    long receivedBytes() {
        return receivedBytes;
    }

    /**
     * Hands out an answer.
     *
     * @param outcome told for each replica; the failure is null when it may be asked for more
     * @return completes, always with success, when all have taken their part
     */
    Future<Void> take(ReplicaFetchResponse<ByteBuffer> answer, BiConsumer<FollowedReplica, Throwable> outcome) {
        List<Future<Void>> taken = new ArrayList<>(replicas.size());
        for (int i = 0; i < replicas.size(); i++) {
            FollowedReplica replica = replicas.get(i);
            taken.add(takeOne(replica, entries.get(i), answer, i).transform(done -> {
                outcome.accept(replica, done.cause());
                return Future.succeededFuture();
            }));
        }
        return Future.join(taken).mapEmpty();
    }

    private Future<Void> takeOne(
            FollowedReplica replica,
            ReplicaFetchRequest.Entry asked,
            ReplicaFetchResponse<ByteBuffer> answer,
            int index) {
        if (index >= answer.partitions().size()
                || !answer.partitions().get(index).partition().equals(asked.partition())) {
            return Future.failedFuture(
                    new IllegalStateException("the answer does not say anything about " + asked.partition()));
        }
        ReplicaFetchResponse.Entry<ByteBuffer> entry = answer.partitions().get(index);
        if (entry.outcome() instanceof ReplicaFetchResponse.Records<ByteBuffer> records) {
            receivedBytes += records.records().remaining();
        }
        try {
            return replica.take(asked, entry);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }
}
