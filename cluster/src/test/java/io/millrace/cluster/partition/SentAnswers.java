package io.millrace.cluster.partition;

import io.millrace.cluster.replication.ReplicaFetchResponse;
import io.millrace.cluster.replication.ReplicaFetchResponse.Diverging;
import io.millrace.cluster.replication.ReplicaFetchResponse.Failed;
import io.millrace.cluster.replication.ReplicaFetchResponse.Outcome;
import io.millrace.cluster.replication.ReplicaFetchResponse.Records;
import io.millrace.storage.ReadResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** What becomes of a leader's answer on its way to a follower: bytes. */
final class SentAnswers {

    private SentAnswers() {}

    static ReplicaFetchResponse<ByteBuffer> copy(
            ReplicaFetchResponse<ReadResult> answer, UnaryOperator<ByteBuffer> damage) {
        List<ReplicaFetchResponse.Entry<ByteBuffer>> entries = new ArrayList<>();
        for (ReplicaFetchResponse.Entry<ReadResult> entry : answer.partitions()) {
            entries.add(new ReplicaFetchResponse.Entry<>(
                    entry.partition(), copy(entry.outcome(), damage), entry.highWatermark(), entry.logStartOffset()));
        }
        return new ReplicaFetchResponse<>(answer.error(), answer.sessionId(), entries);
    }

    private static Outcome<ByteBuffer> copy(Outcome<ReadResult> outcome, UnaryOperator<ByteBuffer> damage) {
        if (outcome instanceof Records<ReadResult> records) {
            return new Records<>(damage.apply(bytes(records.records())), records.history());
        } else if (outcome instanceof Diverging<ReadResult> diverging) {
            return new Diverging<>(diverging.epoch(), diverging.endOffset());
        }
        return new Failed<>(((Failed<ReadResult>) outcome).error());
    }

    /** Everything, in memory of its own; closes the result. */
    static ByteBuffer bytes(ReadResult read) {
        try (read) {
            ByteBuffer all = read.toBuffer();
            return ByteBuffer.allocate(all.remaining()).put(all).flip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
