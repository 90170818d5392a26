package io.millrace.cluster.record;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.ControlMarker;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/** Takes the records of aborted transactions out of batches, for those who cannot do that themselves (KIP-98). */
public final class CommittedBatches {

    private CommittedBatches() {}

    /** An aborted transaction, as the leader of a partition tells it. */
    public record Aborted(long producerId, long firstOffset) {}

    /**
     * The same batches, where those that were aborted have their header only: offsets stay, so that a reader steps over them.
     *
     * @param batches whole batches in the order of a log, which stay as they are
     * @param aborted the transactions with records among them; those that have none here may be among these
     */
    public static ByteBuffer without(List<Aborted> aborted, ByteBuffer batches) {
        if (aborted.isEmpty()) {
            return batches;
        }
        PriorityQueue<Aborted> coming = new PriorityQueue<>(Comparator.comparingLong(Aborted::firstOffset));
        coming.addAll(aborted);
        Set<Long> producers = new HashSet<>();
        ByteBuffer kept = ByteBuffer.allocate(batches.remaining());
        int size;
        for (int at = batches.position(); at < batches.limit(); at += size) {
            size = BatchHeader.sizeBytes(batches, at);
            while (!coming.isEmpty() && coming.peek().firstOffset() <= BatchHeader.lastOffset(batches, at)) {
                producers.add(coming.remove().producerId());
            }
            long producer = BatchHeader.producerId(batches, at);
            boolean control = BatchHeader.isControl(batches, at);
            if (control && ControlMarker.typeOf(batches, at) == ControlMarker.ABORT) {
                producers.remove(producer);
            }
            boolean taken = !control && BatchHeader.isTransactional(batches, at) && producers.contains(producer);
            int start = kept.position();
            kept.put(batches.slice(at, taken ? BatchHeader.SIZE_BYTES : size));
            if (taken) {
                BatchHeader.setEmpty(kept.duplicate().limit(kept.position()), start);
            }
        }
        return kept.flip();
    }
}
