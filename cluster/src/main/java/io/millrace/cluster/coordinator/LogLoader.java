package io.millrace.cluster.coordinator;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.CoordinatorLogs;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.storage.ReadResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a partition from its start to its end and lets the library replay it, when this node has begun to lead it. Also what lies above
 * the high watermark: it may have been acknowledged, and its reign goes on from there.
 */
final class LogLoader implements CoordinatorLoader<CoordinatorRecord> {

    private static final Logger log = LoggerFactory.getLogger(LogLoader.class);

    /** Bytes that are read at a time; a larger batch is read whole. */
    private static final int READ_BYTES = 1 << 20;

    private final CoordinatorLogs logs;
    private final Reigns reigns;
    private final Deserializer<CoordinatorRecord> records;
    private final ExecutorService executor;

    /**
     * @param records reads what the library has written
     * @param executor a thread that may wait for the disk; ended with this
     */
    LogLoader(CoordinatorLogs logs, Reigns reigns, Deserializer<CoordinatorRecord> records, ExecutorService executor) {
        this.logs = logs;
        this.reigns = reigns;
        this.records = records;
        this.executor = executor;
    }

    @Override
    public CompletableFuture<LoadSummary> load(
            TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> playback) {
        long askedMs = System.currentTimeMillis();
        CompletableFuture<LoadSummary> loaded = new CompletableFuture<>();
        executor.execute(() -> {
            try {
                loaded.complete(replay(partition, playback, askedMs));
            } catch (MillraceException e) {
                loaded.completeExceptionally(LibraryErrors.toKafka(e));
            } catch (IOException | RuntimeException e) {
                log.error("What is coordinated in {} cannot be loaded and is not served here", partition, e);
                loaded.completeExceptionally(e);
            }
        });
        return loaded;
    }

    private LoadSummary replay(TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> playback, long askedMs)
            throws IOException {
        long beganMs = System.currentTimeMillis();
        Reign reign = reigns.of(partition.partition());
        if (reign == null) {
            throw over(partition);
        }
        PartitionOffsets atStart = logs.offsets(reign.partition());
        long end = atStart.logEndOffset();
        Replay replay = new Replay(
                partition,
                records,
                playback,
                () -> logs.offsets(reign.partition()).highWatermark());
        long next = atStart.logStartOffset();
        while (next < end) {
            if (!reigns.isPresent(reign)) {
                throw over(partition);
            }
            try (ReadResult read = logs.read(reign.partition(), next, READ_BYTES)) {
                ByteBuffer bytes = read.toBuffer();
                if (!bytes.hasRemaining()) {
                    break;
                }
                for (MutableRecordBatch batch :
                        MemoryRecords.readableRecords(bytes).batches()) {
                    replay.batch(batch);
                    next = batch.nextOffset();
                }
            }
        }
        reign.committed(replay.end(end));
        return new LoadSummary(
                beganMs, System.currentTimeMillis(), beganMs - askedMs, replay.records(), replay.bytes());
    }

    private static RuntimeException over(TopicPartition partition) {
        return Errors.NOT_LEADER_OR_FOLLOWER.exception("Another node leads " + partition + " by now");
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
