package io.millrace.cluster.routing;

import io.millrace.storage.LogSlice;
import io.millrace.storage.ReadResult;
import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The newest batches of a partition that another node leads, as its answers brought them, without a hole. Bounded: what is oldest goes
 * first, and is read from the leader again by whoever still wants it.
 *
 * <p>Thread-safe.
 */
final class RecordWindow {

    private static final int BYTES_MAX = 4 << 20;

    /** Over all partitions of the node. */
    private static final long ALL_BYTES_MAX = 64L << 20;

    /** One answer. */
    private record Run(long endOffset, ByteBuffer batches) {}

    private final AtomicLong allBytes;
    private final ArrayDeque<Run> runs = new ArrayDeque<>();
    private long bytes;
    private long start;
    private long end;

    /** Whether nobody reads on at the end; so at first. */
    private boolean left = true;

    /** @param allBytes bytes in all windows of the node */
    RecordWindow(AtomicLong allBytes) {
        this.allBytes = allBytes;
    }

    /** Where the next answer has to begin. */
    synchronized long end() {
        return end;
    }

    /** Forgets everything; the next answer begins here. */
    synchronized void restart(long offset) {
        allBytes.addAndGet(-bytes);
        bytes = 0;
        runs.clear();
        start = offset;
        end = offset;
        left = false;
    }

    /** Nobody reads on at the end: what is new from now on will be missing. */
    synchronized void leave() {
        restart(end);
        left = true;
    }

    synchronized boolean isLeft() {
        return left;
    }

    /** Takes whole batches that were read at {@link #end()}; the first may begin before it. */
    synchronized void append(ByteBuffer batches) {
        if (!batches.hasRemaining()) {
            return;
        }
        long next = end;
        for (int at = batches.position(); at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            next = BatchHeader.lastOffset(batches, at) + 1;
        }
        runs.add(new Run(next, batches.asReadOnlyBuffer()));
        end = next;
        bytes += batches.remaining();
        allBytes.addAndGet(batches.remaining());
        while (runs.size() > 1 && (bytes > BYTES_MAX || allBytes.get() > ALL_BYTES_MAX)) {
            Run oldest = runs.poll();
            start = oldest.endOffset();
            bytes -= oldest.batches().remaining();
            allBytes.addAndGet(-oldest.batches().remaining());
        }
    }

    /** Whole batches from the one that has the offset; null when they are not here. */
    synchronized ReadResult read(long offset, int maxBytes) {
        if (offset < start || offset >= end) {
            return null;
        }
        for (Run run : runs) {
            if (offset < run.endOffset()) {
                return new ReadResult(List.of(new LogSlice.Memory(cut(run.batches(), offset, maxBytes))));
            }
        }
        return null;
    }

    private static ByteBuffer cut(ByteBuffer batches, long offset, int maxBytes) {
        int from = batches.position();
        while (BatchHeader.lastOffset(batches, from) < offset) {
            from += BatchHeader.sizeBytes(batches, from);
        }
        int to = from + BatchHeader.sizeBytes(batches, from);
        while (to < batches.limit() && to - from + BatchHeader.sizeBytes(batches, to) <= maxBytes) {
            to += BatchHeader.sizeBytes(batches, to);
        }
        return batches.slice(from, to - from);
    }
}
