package io.millrace.storage.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.storage.AppendResult;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.LogManager;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TestLogs;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.RecordTimestamps;
import io.millrace.storage.crash.LogModel.Batch;
import io.millrace.storage.crash.disk.CrashDisk;
import io.millrace.storage.log.SegmentedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Logs on a {@link CrashDisk}, driven step by step, each step awaited until it is durable, and what must be found of them. When
 * the process dies in a step, the step ends with {@link Died}.
 */
final class Store implements AutoCloseable {

    static final Path DIRECTORY = Path.of("/data");
    static final TopicPartition A = new TopicPartition(new UUID(1, 1), "a", 0);
    static final TopicPartition B = new TopicPartition(new UUID(1, 2), "b", 0);

    /** Four files of 64 KiB. */
    static final long SMALLEST_JOURNAL_BYTES = 1;

    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(CrashDisk.NOW_MS), ZoneOffset.UTC);

    private final CrashDisk disk;
    private final LogManager logs;
    private final Map<TopicPartition, LogModel> models;
    private final LogConfig config;

    private Store(CrashDisk disk, LogManager logs, Map<TopicPartition, LogModel> models, LogConfig config) {
        this.disk = disk;
        this.logs = logs;
        this.models = models;
        this.config = config;
    }

    /** The process died in a step. */
    static final class Died extends RuntimeException {
        Died() {
            super("the process died", null, false, false);
        }
    }

    /** An empty one. */
    static Store empty(LogConfig config) throws IOException {
        return empty(new CrashDisk(), config, SMALLEST_JOURNAL_BYTES);
    }

    static Store empty(CrashDisk disk, LogConfig config, long journalBytes) throws IOException {
        return open(disk, new TreeMap<>(Comparator.comparing(TopicPartition::topic)), config, journalBytes);
    }

    /** Opens what is on a disk. Nothing is checked yet. */
    static Store open(CrashDisk disk, Map<TopicPartition, LogModel> models, LogConfig config) throws IOException {
        return open(disk, models, config, SMALLEST_JOURNAL_BYTES);
    }

    static Store open(CrashDisk disk, Map<TopicPartition, LogModel> models, LogConfig config, long journalBytes)
            throws IOException {
        // One shard, and no tail cache: what is read comes from the segments.
        StorageConfig storage = new StorageConfig(DIRECTORY, 1, journalBytes, 10_000, 64L << 20, 0, 0, 0, 86_400_000);
        LogManager logs = LogManager.open(storage, CLOCK, StorageMetrics.NONE, RecordTimestamps.UNCOMPRESSED, disk);
        return new Store(disk, logs, models, config);
    }

    CrashDisk disk() {
        return disk;
    }

    LogManager logs() {
        return logs;
    }

    PartitionLog log(TopicPartition partition) {
        return logs.log(partition).orElseThrow();
    }

    LogModel model(TopicPartition partition) {
        return models.computeIfAbsent(partition, each -> new LogModel());
    }

    Map<TopicPartition, LogModel> copyOfModels() {
        Map<TopicPartition, LogModel> copy = new TreeMap<>(Comparator.comparing(TopicPartition::topic));
        models.forEach((partition, model) -> copy.put(partition, model.copy()));
        return copy;
    }

    void create(TopicPartition partition) {
        LogModel model = model(partition);
        model.mayBeThere = true;
        listen(done(logs.create(partition, config)));
        model.mayBeAbsent = false;
    }

    private void listen(PartitionLog log) {
        LogModel model = model(log.topicPartition());
        log.onDurable((source, offset) -> model.durable(offset));
    }

    void delete(TopicPartition partition) {
        LogModel model = model(partition);
        model.mayBeAbsent = true;
        done(logs.delete(partition));
        model.mayBeThere = false;
    }

    /** Sends batches one behind the other without waiting in between, then waits until all are durable. */
    void append(TopicPartition partition, int leaderEpoch, TestBatch... batches) {
        LogModel model = model(partition);
        List<Batch> sent = new ArrayList<>();
        List<CompletionStage<AppendResult>> results = new ArrayList<>();
        for (TestBatch each : batches) {
            Batch batch = model.sending(each.build().array(), leaderEpoch);
            sent.add(batch);
            results.add(send(partition, batch, leaderEpoch));
        }
        for (int i = 0; i < results.size(); i++) {
            AppendResult result = done(results.get(i));
            assertThat(result.baseOffset()).isEqualTo(sent.get(i).baseOffset());
            model.written(sent.get(i), leaderEpoch);
        }
        Steps.until(disk, () -> model.durableEnd() == model.end());
    }

    /**
     * Sends one batch that may be refused, in which case nothing of it may ever be found.
     *
     * @return why it was refused, or null
     */
    LogException tryAppend(TopicPartition partition, TestBatch each) {
        LogModel model = model(partition);
        Batch batch = model.sending(each.build().array(), 0);
        try {
            assertThat(done(send(partition, batch, 0)).baseOffset()).isEqualTo(batch.baseOffset());
            model.written(batch, 0);
            return null;
        } catch (LogException e) {
            model.refused(batch);
            return e;
        }
    }

    CompletionStage<AppendResult> send(TopicPartition partition, Batch batch, int leaderEpoch) {
        return TestLogs.appendAny(log(partition), ByteBuffer.wrap(batch.sent().clone()), leaderEpoch);
    }

    void beginEpoch(TopicPartition partition, int leaderEpoch) {
        LogModel model = model(partition);
        model.beginningEpoch(leaderEpoch);
        done(log(partition).beginEpoch(leaderEpoch));
        model.epochBegun(leaderEpoch, model.end());
    }

    void truncate(TopicPartition partition, long offset) {
        LogModel model = model(partition);
        model.cutting(offset);
        done(log(partition).truncateTo(offset));
        model.cut(offset);
    }

    void restart(TopicPartition partition, long offset) {
        LogModel model = model(partition);
        model.restarting(offset);
        done(log(partition).restartAt(offset));
        model.restarted(offset);
    }

    void deleteRecords(TopicPartition partition, long offset) {
        LogModel model = model(partition);
        model.movingStart(offset);
        model.startMoved(done(log(partition).advanceLogStart(offset)));
    }

    /** Applies retention, which may remove everything but the active segment. */
    void applyRetention(TopicPartition partition) {
        LogModel model = model(partition);
        model.movingStart(model.end());
        model.startMoved(done(log(partition).applyRetention(model.end())));
    }

    /** Writes the producers down. */
    void snapshotProducers(TopicPartition partition) {
        done(((SegmentedLog) log(partition)).checkpoint());
    }

    /** Writes down what need not be checked after a crash. */
    void checkpoint() {
        done(logs.checkpoint());
    }

    /** Fails unless everything is as a crash may leave it; from then on it must stay like that. */
    void checkRecovered() throws IOException {
        for (Map.Entry<TopicPartition, LogModel> each : models.entrySet()) {
            LogModel model = each.getValue();
            boolean there = logs.log(each.getKey()).isPresent();
            assertThat(there ? model.mayBeThere : model.mayBeAbsent)
                    .as("%s is %s", each.getKey(), there ? "there" : "not there")
                    .isTrue();
            if (there) {
                listen(done(logs.create(each.getKey(), config)));
                model.check(log(each.getKey()));
            }
        }
    }

    /**
     * Does what producers do after a crash: they send again what they have no answer for. What is in the log is answered with
     * its old offsets, what was lost is stored, once (invariant 9).
     */
    void sendAgain() {
        for (Map.Entry<TopicPartition, LogModel> each : models.entrySet()) {
            TopicPartition partition = each.getKey();
            LogModel model = each.getValue();
            if (logs.log(partition).isEmpty()) {
                models.put(partition, new LogModel());
                continue;
            }
            model.mayBeAbsent = false;
            List<Batch> lost = model.adopt(log(partition));
            int epoch = model.latestEpoch();
            for (Batch known : model.remembered()) {
                AppendResult answer = done(send(partition, known, epoch));
                assertThat(answer.duplicate())
                        .as(
                                "the batch at offset %d of %s is in the log: sent again it is a duplicate",
                                known.baseOffset(), partition)
                        .isTrue();
                assertThat(answer.baseOffset()).isEqualTo(known.baseOffset());
            }
            for (Batch again : lost) {
                Batch batch = model.sending(again.sent(), epoch);
                AppendResult answer = done(send(partition, batch, epoch));
                if (answer.duplicate()) {
                    assertThat(again.lastOffset())
                            .as("a duplicate of a deleted batch")
                            .isLessThan(model.end());
                    model.refused(batch);
                } else {
                    assertThat(answer.baseOffset()).isEqualTo(batch.baseOffset());
                }
            }
            append(partition, epoch, TestBatch.of("after the crash"));
        }
    }

    /** The result of a step. */
    <T> T done(CompletionStage<T> step) {
        return Steps.done(disk, step);
    }

    /** Stops without any further change of the disk, as a killed process does. */
    void kill() {
        disk.die();
        logs.close();
    }

    /** Stops in order. */
    @Override
    public void close() {
        logs.close();
    }
}
