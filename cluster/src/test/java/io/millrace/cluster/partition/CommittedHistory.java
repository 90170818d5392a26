package io.millrace.cluster.partition;

import io.millrace.storage.PartitionLog;
import io.millrace.storage.batch.BatchHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What was below the high watermark of a leader at some moment, batch by batch: it must be so in all logs for ever. */
final class CommittedHistory {

    private static final int SENT_AGAIN_MAX = 5;

    private final NavigableMap<Long, ByteBuffer> batches = new TreeMap<>();
    private final Map<Long, Integer> nextSequences = new HashMap<>();

    /** Where the last batches of each producer begin: those that it may send again. */
    private final Map<Long, ArrayDeque<Long>> newest = new HashMap<>();

    private long end;

    /** Whoever copies what is at and above it knows of every producer what that one may send again. */
    long newestOfEveryProducer() {
        return newest.values().stream().mapToLong(ArrayDeque::peek).min().orElse(0);
    }

    /** Everything below it is known. */
    long end() {
        return end;
    }

    int batchCount() {
        return batches.size();
    }

    /** Where the oldest batch begins that a producer may send again, -1 when it has none. */
    long newestOf(long producer) {
        ArrayDeque<Long> bases = newest.get(producer);
        return bases == null ? -1 : bases.peek();
    }

    /** Takes over what a leader says is committed now. */
    void grow(String who, PartitionLog log, long highWatermark) {
        Violation.unless(
                log.offsets().logStartOffset() <= end,
                "%s begins at %d, and nobody has seen what lies below it from %d on",
                who,
                log.offsets().logStartOffset(),
                end);
        forEach(log, end, highWatermark, batch -> {
            long base = BatchHeader.baseOffset(batch, 0);
            Violation.unless(base == end, "%s has a batch at %d where %d is expected", who, base, end);
            Violation.unless(
                    BatchHeader.lastOffset(batch, 0) < highWatermark,
                    "the high watermark %d of %s is within a batch",
                    highWatermark,
                    who);
            requireNextOfItsProducer(who, batch);
            batches.put(base, batch);
            end = BatchHeader.lastOffset(batch, 0) + 1;
        });
        Violation.unless(
                end == highWatermark, "%s has a high watermark of %d, and records up to %d", who, highWatermark, end);
    }

    /** Each sequence once, in order (invariant 9). */
    private void requireNextOfItsProducer(String who, ByteBuffer batch) {
        long producer = BatchHeader.producerId(batch, 0);
        if (producer < 0) {
            return;
        }
        int sequence = BatchHeader.baseSequence(batch, 0);
        int expected = nextSequences.getOrDefault(producer, 0);
        Violation.unless(
                sequence == expected,
                "at %s offset %d has sequence %d of producer %d where %d is expected",
                who,
                BatchHeader.baseOffset(batch, 0),
                sequence,
                producer,
                expected);
        nextSequences.put(producer, sequence + BatchHeader.recordsCount(batch, 0));
        ArrayDeque<Long> bases = newest.computeIfAbsent(producer, id -> new ArrayDeque<>());
        bases.add(BatchHeader.baseOffset(batch, 0));
        if (bases.size() > SENT_AGAIN_MAX) {
            bases.remove();
        }
    }

    /** What a log has in a range must be what is committed there (invariants 4 and 5). */
    void requireIn(String who, PartitionLog log, long from, long to) {
        long[] next = {Math.max(from, log.offsets().logStartOffset())};
        forEach(log, next[0], to, batch -> {
            ByteBuffer committed = batches.get(BatchHeader.baseOffset(batch, 0));
            Violation.unless(
                    batch.equals(committed),
                    "%s has another batch at %d than what was committed there",
                    who,
                    BatchHeader.baseOffset(batch, 0));
            next[0] = BatchHeader.lastOffset(batch, 0) + 1;
        });
        Violation.unless(
                next[0] >= to, "%s has nothing at %d, where records are committed, of %s", who, next[0], log.offsets());
    }

    /** What a consumer was given (invariants 5 and 10). */
    void requireRead(String who, ByteBuffer read) {
        ByteBuffer all = read.slice();
        for (int at = 0; at < all.limit(); at += BatchHeader.sizeBytes(all, at)) {
            long base = BatchHeader.baseOffset(all, at);
            ByteBuffer batch = all.slice(at, BatchHeader.sizeBytes(all, at));
            Violation.unless(
                    BatchHeader.lastOffset(all, at) < end,
                    "%s gave offset %d to a consumer, committed is %d",
                    who,
                    base,
                    end);
            Violation.unless(batch.equals(batches.get(base)), "%s gave another batch at %d to a consumer", who, base);
        }
    }

    /** An acknowledged batch is where it was said to be (invariant 7). */
    void requireAt(long offset, long producer, int sequence) {
        Map.Entry<Long, ByteBuffer> batch = batches.floorEntry(offset);
        Violation.unless(
                offset < end
                        && batch != null
                        && BatchHeader.producerId(batch.getValue(), 0) == producer
                        && BatchHeader.baseSequence(batch.getValue(), 0) == sequence,
                "offset %d was acknowledged for sequence %d of producer %d, and is not committed as that",
                offset,
                sequence,
                producer);
    }

    interface BatchVisitor {
        void visit(ByteBuffer batch);
    }

    static void forEach(PartitionLog log, long from, long to, BatchVisitor visitor) {
        long offset = from;
        try {
            while (offset < to) {
                ByteBuffer read = SentAnswers.bytes(log.read(offset, to, 1 << 16, true));
                if (!read.hasRemaining()) {
                    return;
                }
                for (int at = 0; at < read.limit(); at += BatchHeader.sizeBytes(read, at)) {
                    visitor.visit(read.slice(at, BatchHeader.sizeBytes(read, at)));
                    offset = BatchHeader.lastOffset(read, at) + 1;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
