package io.millrace.cluster.partition;

import io.millrace.cluster.record.CommittedBatches;
import io.millrace.cluster.record.CommittedBatches.Aborted;
import io.millrace.storage.LogSlice;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads for those who must never see a record that was aborted, or may yet be: streams and HTTP. */
final class CommittedRead {

    private CommittedRead() {}

    /**
     * Reads on this thread; see {@link PartitionLog#read}. Where something was aborted the batches are copied without it, which blocks on
     * the disk unless they are in memory.
     *
     * @param limit the last stable offset
     */
    static ReadResult read(PartitionLog log, long offset, long limit, int maxBytes) throws IOException {
        ReadResult result = log.read(offset, limit, maxBytes, true);
        if (result.isEmpty()) {
            return result;
        }
        List<Aborted> aborted = log.transactions().abortedBetween(offset, limit).stream()
                .map(each -> new Aborted(each.producerId(), each.firstOffset()))
                .toList();
        if (aborted.isEmpty()) {
            return result;
        }
        try (result) {
            ByteBuffer committed = CommittedBatches.without(aborted, result.toBuffer());
            return new ReadResult(List.of(new LogSlice.Memory(committed.asReadOnlyBuffer())));
        }
    }
}
