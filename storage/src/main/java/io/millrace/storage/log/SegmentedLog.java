package io.millrace.storage.log;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.FlushPolicy;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.LogHistory;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.epoch.LeaderEpochCache;
import io.millrace.storage.producer.LogTransactions;
import io.millrace.storage.producer.ProducerEnd;
import io.millrace.storage.producer.ProducerState;
import io.millrace.storage.producer.ProducerStateManager;
import io.millrace.storage.producer.TransactionTicket;
import io.millrace.storage.producer.TransactionTickets;
import io.millrace.storage.scrub.ScrubTarget;
import io.millrace.storage.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** {@link PartitionLog} on segment files: hands every call to the part that does it, on the thread where it belongs. */
public final class SegmentedLog implements PartitionLog {

    private final LogServices services;
    private final LogShard shard;
    private final LogState state;
    private final LeaderEpochCache epochs;
    private final ProducerStateManager producers;
    private final LogFlush flush;
    private final AppendAdmission admission;
    private final LogAppender appender;
    private final LogReader reader;
    private final TimeLookup times;
    private final LogCleaning cleaning;
    private final LogMaintenance maintenance;

    private SegmentedLog(LogServices services, LogShard shard, RecoveredLog recovered) {
        this.services = services;
        this.shard = shard;
        this.state = recovered.state();
        this.epochs = recovered.epochs();
        this.producers = recovered.producers();
        this.flush = new LogFlush(this, services, state, recovered.directoryChanged(), recovered.forcedOffset());
        LogRoller roller = new LogRoller(services, state, flush, recovered.producers(), recovered.snapshots());
        this.admission = new AppendAdmission(this, services, shard, state);
        this.appender = new LogAppender(this, services, state, roller, shard.commit(), recovered.producers());
        this.reader = new LogReader(services, state);
        this.times = new TimeLookup(state, services.recordTimestamps());
        this.cleaning = new LogCleaning(services, state, flush, recovered);
        this.maintenance = new LogMaintenance(services, recovered, flush, roller, appender, shard.commit(), cleaning);
    }

    /**
     * Recovers the log in a directory. A damaged one comes back as a log that refuses everything with {@link
     * LogException.CorruptLog}, so that the others can be served.
     */
    static SegmentedLog open(
            LogServices services, LogShard shard, TopicPartition partition, Path directory, LogRecovery.Start start)
            throws IOException {
        LogRecovery recovery = new LogRecovery(services, partition, directory);
        RecoveredLog recovered;
        try {
            recovered = recovery.recover(start);
        } catch (LogException.CorruptLog e) {
            recovered = recovery.refused(e, start.durableOffset(partition));
        }
        return new SegmentedLog(services, shard, recovered);
    }

    /** The part of this log that does not change, to be read again. */
    ScrubTarget scrubTarget() {
        return new SealedSegments(state);
    }

    @Override
    public TopicPartition topicPartition() {
        return state.partition();
    }

    @Override
    public LogOffsets offsets() {
        if (state.refusal() instanceof LogException.CorruptLog damaged) {
            throw damaged;
        }
        return state.offsets();
    }

    @Override
    public LogConfig config() {
        return state.config();
    }

    @Override
    public OptionalInt latestEpoch() {
        return epochs.latestEpoch();
    }

    @Override
    public CompletionStage<AppendResult> append(ByteBuffer batches, int leaderEpoch, AppendOrigin origin) {
        return admission.own(batches, leaderEpoch, origin, null, false);
    }

    @Override
    public CompletionStage<AppendResult> appendCopy(
            ByteBuffer batches, int leaderEpoch, long expectedEndOffset, LogHistory leaders) {
        return admission.copy(batches, leaderEpoch, expectedEndOffset, leaders);
    }

    @Override
    public CompletionStage<AppendResult> appendTransactional(
            ByteBuffer batches, int leaderEpoch, TransactionTicket ticket) {
        return admission.own(batches, leaderEpoch, AppendOrigin.CLIENT, ticket, false);
    }

    @Override
    public CompletionStage<AppendResult> appendMarker(ByteBuffer marker, int leaderEpoch, boolean strictly) {
        return admission.own(marker, leaderEpoch, AppendOrigin.COORDINATOR, null, strictly);
    }

    @Override
    public TransactionTickets tickets() {
        return producers.tickets();
    }

    @Override
    public LogTransactions transactions() {
        return producers.transactions();
    }

    @Override
    public CompletionStage<List<ProducerState>> producerStates() {
        return onShard(maintenance::producerStates);
    }

    @Override
    public ReadResult read(long offset, long maxOffset, int maxBytes, boolean atLeastOneBatch) throws IOException {
        return reader.read(offset, maxOffset, maxBytes, atLeastOneBatch);
    }

    @Override
    public boolean isCached(long offset) {
        return reader.isCached(offset);
    }

    @Override
    public Optional<TimestampOffset> findByTimestamp(long timestampMs, long maxOffset) throws IOException {
        return times.firstAtOrAfter(timestampMs, maxOffset);
    }

    @Override
    public Optional<TimestampOffset> findMaxTimestamp(long maxOffset) throws IOException {
        return times.largest(maxOffset);
    }

    @Override
    public long writtenSince(long timeMs) throws IOException {
        return times.writtenSince(timeMs);
    }

    @Override
    public CompletionStage<Void> beginEpoch(int leaderEpoch) {
        return onShard(() -> {
            int latest = epochs.latestEpochOrNone();
            if (leaderEpoch < latest) {
                throw new LogException.FencedEpoch(
                        "leader epoch " + leaderEpoch + " cannot begin in " + this + " after epoch " + latest);
            }
            if (leaderEpoch > latest) {
                appender.leaderEpochBegan();
            }
            epochs.begin(leaderEpoch, state.end().offset());
            return null;
        });
    }

    @Override
    public Optional<EpochEndOffset> endOffsetForEpoch(int leaderEpoch) {
        return epochs.endOffsetFor(leaderEpoch, state.end().offset());
    }

    @Override
    public LogHistory history(long fromOffset) {
        return new LogHistory(epochs.epochsFrom(fromOffset), cleaning.gapsBelow());
    }

    @Override
    public CompletionStage<Void> truncateTo(long offset) {
        return onShard(() -> {
            maintenance.truncateTo(offset);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> restartAt(long offset) {
        if (offset < 0) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException("a log cannot begin at offset " + offset));
        }
        return onShard(() -> {
            maintenance.restartAt(offset);
            return null;
        });
    }

    @Override
    public CompletionStage<Long> advanceLogStart(long offset) {
        return onShard(() -> maintenance.advanceLogStart(offset));
    }

    @Override
    public CompletionStage<Long> applyRetention(long highWatermark) {
        return onShard(() -> maintenance.applyRetention(highWatermark));
    }

    @Override
    public CompletionStage<Void> updateConfig(LogConfig config) {
        return onShard(() -> {
            if (state.config().flushPolicy() == FlushPolicy.OS && config.flushPolicy() == FlushPolicy.GROUP) {
                // The journal only has what comes from here on.
                flush.forceWritten();
            }
            state.config(config);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> settled() {
        ControlTask<Void> task = new ControlTask<>(this, () -> null);
        shard.submit(task);
        return task;
    }

    @Override
    public void compactBelow(LongSupplier stableOffset) {
        cleaning.stableOffset(stableOffset);
    }

    /**
     * Notes durably that nothing counts of what the journal has of this log, which was deleted: one with the same id may be made, and a
     * start must not write the old records into it.
     */
    CompletionStage<Void> forgetJournaled() {
        ControlTask<Void> task = new ControlTask<>(this, () -> {
            shard.commit().cut(state.partition(), 0);
            return null;
        });
        shard.submit(task);
        return task;
    }

    /** Closes the active segment when it is older than the settings want. */
    CompletionStage<Void> rollIfOld() {
        return onShard(() -> {
            maintenance.rollIfOld();
            return null;
        });
    }

    /** Where each producer is; completes on the shard thread. */
    CompletionStage<Map<Long, ProducerEnd>> producerEnds() {
        return onShard(maintenance::producerEnds);
    }

    @Override
    public void onDurable(DurableListener listener) {
        flush.listener(listener);
    }

    @Override
    public long sizeBytes() {
        long sum = 0;
        for (Segment segment : state.segments().values()) {
            sum += segment.sizeBytes();
        }
        return sum;
    }

    @Override
    public int segmentCount() {
        return state.segments().size();
    }

    /** Forces what was written, on the calling thread, and tells the listener. */
    void flush() {
        flush.forceWritten();
    }

    /** What the next start needs not look at. */
    public long recoveryPoint() {
        return flush.recoveryPoint();
    }

    /** No producer that wrote below it is remembered. */
    long producerlessOffset() {
        return maintenance.producerlessOffset();
    }

    /** Whether a bug made the log unusable, with records that are only in the journal for sure. */
    boolean isAbandoned() {
        return state.isAbandoned();
    }

    /** Whether the log was found damaged, closed or deleted. */
    public boolean isRefused() {
        return state.refusal() != null;
    }

    /** Writes down what makes the next start quick: the producers. Completes on the shard thread. */
    public CompletionStage<Void> checkpoint() {
        return onShard(() -> {
            maintenance.checkpoint();
            return null;
        });
    }

    /**
     * Refuses everything from now on and lets the files go, after what was queued before.
     *
     * @param why what later calls fail with
     * @param keep whether the files stay and will be opened again: then everything is written down and forced. False when
     *     the log is about to be deleted.
     */
    public CompletionStage<Void> close(LogException why, boolean keep) {
        ControlTask<Void> task = new ControlTask<>(this, () -> {
            maintenance.close(why, keep);
            return null;
        });
        shard.submit(task);
        return task;
    }

    private <T> CompletionStage<T> onShard(ControlTask.Action<T> action) {
        ControlTask<T> task = new ControlTask<>(this, () -> {
            state.requireOpen();
            services.health().requireOnline();
            return action.run();
        });
        shard.submit(task);
        return task;
    }

    LogServices services() {
        return services;
    }

    LogAppender appender() {
        return appender;
    }

    LeaderEpochCache epochs() {
        return epochs;
    }

    LogCleaning cleaning() {
        return cleaning;
    }

    LogFlush flushing() {
        return flush;
    }

    @Override
    public String toString() {
        return state.partition().toString();
    }
}
