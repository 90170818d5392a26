package io.millrace.cluster.quorum;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogHistory;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.LogSlice;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.producer.LogTransactions;
import io.millrace.storage.producer.ProducerState;
import io.millrace.storage.producer.TransactionTicket;
import io.millrace.storage.producer.TransactionTickets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** A partition log in memory whose changes are done when the call returns. Survives the process that writes it. */
final class SimLog implements PartitionLog {

    private final SimDisk disk;
    private final TreeMap<Long, ByteBuffer> batches = new TreeMap<>();
    private final TreeMap<Integer, Long> epochs = new TreeMap<>();
    private long start;
    private long end;

    SimLog(SimDisk disk) {
        this.disk = disk;
    }

    @Override
    public TopicPartition topicPartition() {
        return Quorum.PARTITION;
    }

    @Override
    public LogOffsets offsets() {
        return new LogOffsets(start, end, end);
    }

    @Override
    public OptionalInt latestEpoch() {
        return epochs.isEmpty() ? OptionalInt.empty() : OptionalInt.of(epochs.lastKey());
    }

    @Override
    public CompletionStage<AppendResult> append(ByteBuffer source, int leaderEpoch, AppendOrigin origin) {
        long first = end;
        int size;
        for (int at = 0; at < source.limit(); at += size) {
            disk.mayCrash();
            size = BatchHeader.sizeBytes(source, at);
            long base = BatchHeader.baseOffset(source, at);
            if (base != end) {
                throw new AssertionError("a batch at " + base + " in a log that ends at " + end);
            }
            noteEpoch(BatchHeader.leaderEpoch(source, at));
            batches.put(base, source.slice(at, size).asReadOnlyBuffer());
            end = BatchHeader.lastOffset(source, at) + 1;
            disk.logChanged(() -> cut(base));
        }
        disk.mayCrash();
        return CompletableFuture.completedFuture(new AppendResult(first, end - 1, -1, start, false));
    }

    @Override
    public CompletionStage<AppendResult> appendCopy(
            ByteBuffer source, int leaderEpoch, long logEndOffset, LogHistory leaders) {
        throw new UnsupportedOperationException("the quorum does not need it");
    }

    @Override
    public CompletionStage<AppendResult> appendTransactional(
            ByteBuffer source, int leaderEpoch, TransactionTicket ticket) {
        throw new UnsupportedOperationException("the quorum does not need it");
    }

    @Override
    public CompletionStage<AppendResult> appendMarker(ByteBuffer marker, int leaderEpoch, boolean strictly) {
        throw new UnsupportedOperationException("the quorum does not need it");
    }

    @Override
    public TransactionTickets tickets() {
        throw new UnsupportedOperationException("the quorum does not need it");
    }

    @Override
    public LogTransactions transactions() {
        throw new UnsupportedOperationException("the quorum does not need it");
    }

    @Override
    public CompletionStage<List<ProducerState>> producerStates() {
        throw new UnsupportedOperationException("the quorum does not need it");
    }

    @Override
    public LogHistory history(long fromOffset) {
        throw new UnsupportedOperationException("the quorum does not need it");
    }

    private void noteEpoch(int epoch) {
        if (epochs.isEmpty() || epoch > epochs.lastKey()) {
            epochs.values().removeIf(begin -> begin >= end);
            epochs.put(epoch, end);
        }
    }

    private void cut(long offset) {
        batches.tailMap(offset, true).clear();
        epochs.values().removeIf(begin -> begin >= offset);
        end = Math.min(end, offset);
    }

    @Override
    public ReadResult read(long offset, long maxOffset, int maxBytes, boolean atLeastOneBatch) {
        List<LogSlice> slices = new ArrayList<>();
        int bytes = 0;
        Long first = batches.floorKey(offset);
        if (first == null || offset >= Math.min(maxOffset, end)) {
            return ReadResult.empty();
        }
        for (ByteBuffer batch : batches.tailMap(first, true).values()) {
            boolean fits = bytes + batch.remaining() <= maxBytes || slices.isEmpty();
            if (!fits || BatchHeader.lastOffset(batch, 0) >= maxOffset) {
                break;
            }
            slices.add(new LogSlice.Memory(batch));
            bytes += batch.remaining();
        }
        return new ReadResult(slices);
    }

    @Override
    public CompletionStage<Void> beginEpoch(int leaderEpoch) {
        disk.mayCrash();
        noteEpoch(leaderEpoch);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Optional<EpochEndOffset> endOffsetForEpoch(int leaderEpoch) {
        Integer epoch = epochs.floorKey(leaderEpoch);
        if (epoch == null) {
            return Optional.empty();
        }
        Integer next = epochs.higherKey(epoch);
        return Optional.of(new EpochEndOffset(epoch, next == null ? end : epochs.get(next)));
    }

    @Override
    public CompletionStage<Void> truncateTo(long offset) {
        disk.mayCrash();
        // What comes later must not bring back what was there before.
        disk.settle();
        cut(offset);
        disk.mayCrash();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> settled() {
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Void> restartAt(long offset) {
        disk.mayCrash();
        disk.settle();
        batches.clear();
        epochs.clear();
        start = offset;
        end = offset;
        disk.mayCrash();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Long> advanceLogStart(long offset) {
        disk.mayCrash();
        disk.settle();
        start = Math.max(start, offset);
        batches.values().removeIf(batch -> BatchHeader.lastOffset(batch, 0) < start);
        Integer spanning = null;
        for (int epoch : epochs.keySet()) {
            if (epochs.get(epoch) <= start) {
                spanning = epoch;
            }
        }
        if (spanning != null) {
            epochs.headMap(spanning, false).clear();
            epochs.put(spanning, start);
        }
        disk.mayCrash();
        return CompletableFuture.completedFuture(start);
    }

    @Override
    public void onDurable(DurableListener listener) {
        // Everything is durable on return.
    }

    @Override
    public LogConfig config() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isCached(long offset) {
        return true;
    }

    @Override
    public Optional<TimestampOffset> findByTimestamp(long timestampMs, long maxOffset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<TimestampOffset> findMaxTimestamp(long maxOffset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Long> applyRetention(long highWatermark) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void compactBelow(LongSupplier stableOffset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> updateConfig(LogConfig config) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long sizeBytes() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int segmentCount() {
        return 1;
    }
}
