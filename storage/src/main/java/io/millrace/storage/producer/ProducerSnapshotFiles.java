package io.millrace.storage.producer;

import io.millrace.storage.batch.ControlMarker;
import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import io.millrace.storage.producer.ProducerState.StoredBatch;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code <offset, 20 digits>.producers} in a partition directory: a {@link ProducerSnapshot}. Payload: count int32, then per
 * producer: id int64, epoch int16, last write int64 (ms), batch count int8, and per batch base sequence int32, last sequence
 * int32, base offset int64, last offset int64. Version 2 has, behind the batches of each producer, coordinator epoch int32 and first
 * offset of its open transaction int64; and behind the producers the transactions that were completed (count int32; first offset int64,
 * marker offset int64) and aborted (count int32; producer id, first offset, marker offset, stable offset, int64 each). Version 1 is read.
 *
 * <p>A snapshot is only a shortcut: what it says can be read from the log again, from an older one or from the start. Once the
 * start of the log was deleted, the newest one that a crash cannot take is needed.
 *
 * <p>Thread-safe: snapshots are written on the housekeeping thread and on the shard thread.
 */
public final class ProducerSnapshotFiles {

    public static final String SUFFIX = ".producers";
    private static final String KIND = "MLPS";
    private static final int VERSION = 2;
    private static final int VERSION_WITHOUT_TRANSACTIONS = 1;
    private static final int PRODUCER_BYTES = 31;
    private static final int BATCH_BYTES = 24;
    private static final int COMPLETED_BYTES = 16;
    private static final int ABORTED_BYTES = 32;

    /** The newest one, and one more in case that it lies above a truncation. */
    private static final int KEPT = 2;

    private final Disk disk;
    private final Path directory;
    private final AtomicFile file;
    private final AtomicFile oldFile;

    public ProducerSnapshotFiles(Disk disk, Path partitionDirectory) {
        this.disk = disk;
        this.directory = partitionDirectory;
        this.file = new AtomicFile(disk, KIND, VERSION);
        this.oldFile = new AtomicFile(disk, KIND, VERSION_WITHOUT_TRANSACTIONS);
    }

    /**
     * Writes a snapshot and removes those that it makes superfluous.
     *
     * @param durableOffset where the log can end after a crash at least: the newest snapshot up to there stays, as a crash can
     *     take all that are above
     * @param logStartOffset the newest snapshot up to there stays, too: a log can be cut back as far as that, and what producers
     *     wrote below it cannot be read any more
     */
    public synchronized void write(ProducerSnapshot snapshot, long durableOffset, long logStartOffset)
            throws IOException {
        int bytes = 12
                + snapshot.completed().size() * COMPLETED_BYTES
                + snapshot.aborted().size() * ABORTED_BYTES;
        for (ProducerState producer : snapshot.producers()) {
            bytes += PRODUCER_BYTES + producer.batches().size() * BATCH_BYTES;
        }
        ByteBuffer payload =
                ByteBuffer.allocate(bytes).putInt(snapshot.producers().size());
        for (ProducerState producer : snapshot.producers()) {
            payload.putLong(producer.producerId()).putShort(producer.producerEpoch());
            payload.putLong(producer.lastWriteMs())
                    .put((byte) producer.batches().size());
            for (StoredBatch batch : producer.batches()) {
                payload.putInt(batch.baseSequence()).putInt(batch.lastSequence());
                payload.putLong(batch.baseOffset()).putLong(batch.lastOffset());
            }
            payload.putInt(producer.coordinatorEpoch()).putLong(producer.transactionStart());
        }
        payload.putInt(snapshot.completed().size());
        for (CompletedTransaction each : snapshot.completed()) {
            payload.putLong(each.firstOffset()).putLong(each.lastOffset());
        }
        payload.putInt(snapshot.aborted().size());
        for (AbortedTransaction each : snapshot.aborted()) {
            payload.putLong(each.producerId()).putLong(each.firstOffset());
            payload.putLong(each.lastOffset()).putLong(each.stableOffset());
        }
        file.write(directory.resolve(String.format("%020d%s", snapshot.offset(), SUFFIX)), payload.flip());
        removeSuperfluous(durableOffset, logStartOffset);
    }

    private void removeSuperfluous(long durableOffset, long logStartOffset) throws IOException {
        List<Path> all = newestFirst();
        Set<Path> kept = new HashSet<>(all.subList(0, Math.min(KEPT, all.size())));
        boolean durableOne = false;
        boolean belowStart = false;
        for (Path each : all) {
            long offset = offsetOf(each);
            boolean keep = !durableOne || !belowStart && offset <= logStartOffset;
            durableOne |= offset <= durableOffset;
            belowStart |= offset <= logStartOffset;
            if (keep) {
                kept.add(each);
            }
        }
        for (Path each : all) {
            if (!kept.contains(each)) {
                disk.delete(each);
            }
        }
    }

    /** The newest readable snapshot that reflects nothing at or above {@code maxOffset}. */
    public synchronized Optional<ProducerSnapshot> newestUpTo(long maxOffset) throws IOException {
        for (Path path : newestFirst()) {
            long offset = offsetOf(path);
            if (offset <= maxOffset) {
                Optional<ProducerSnapshot> snapshot = read(path);
                if (snapshot.isPresent()) {
                    return snapshot;
                }
            }
        }
        return Optional.empty();
    }

    /** The snapshot in one of these files; empty when it does not make sense. */
    public Optional<ProducerSnapshot> read(Path path) throws IOException {
        boolean old = disk.exists(path) && AtomicFile.examine(disk, path).version() == VERSION_WITHOUT_TRANSACTIONS;
        return (old ? oldFile : file).read(path).flatMap(payload -> parse(offsetOf(path), payload, old));
    }

    /** Removes snapshots that reflect batches which are cut off. */
    public synchronized void deleteAbove(long offset) throws IOException {
        for (Path path : newestFirst()) {
            if (offsetOf(path) > offset) {
                disk.delete(path);
            }
        }
    }

    private List<Path> newestFirst() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path path : disk.list(directory)) {
            if (path.getFileName().toString().matches("[0-9]{20}" + "\\" + SUFFIX)) {
                found.add(path);
            }
        }
        found.sort(Comparator.comparing(ProducerSnapshotFiles::offsetOf).reversed());
        return found;
    }

    /** The offset in the name of such a file. */
    private static long offsetOf(Path path) {
        return Long.parseLong(path.getFileName().toString().substring(0, 20));
    }

    private static Optional<ProducerSnapshot> parse(long offset, ByteBuffer in, boolean old) {
        try {
            List<ProducerState> producers = new ArrayList<>();
            int count = in.getInt();
            for (int i = 0; i < count; i++) {
                long id = in.getLong();
                short epoch = in.getShort();
                long lastWriteMs = in.getLong();
                List<StoredBatch> batches = new ArrayList<>();
                for (int left = in.get(); left > 0; left--) {
                    batches.add(new StoredBatch(in.getInt(), in.getInt(), in.getLong(), in.getLong()));
                }
                int coordinatorEpoch = old ? ControlMarker.NO_COORDINATOR_EPOCH : in.getInt();
                long transactionStart = old ? ProducerState.NO_TRANSACTION : in.getLong();
                producers.add(new ProducerState(id, epoch, lastWriteMs, batches, coordinatorEpoch, transactionStart));
            }
            List<CompletedTransaction> completed = new ArrayList<>();
            for (int left = old ? 0 : in.getInt(); left > 0; left--) {
                completed.add(new CompletedTransaction(in.getLong(), in.getLong()));
            }
            List<AbortedTransaction> aborted = new ArrayList<>();
            for (int left = old ? 0 : in.getInt(); left > 0; left--) {
                aborted.add(new AbortedTransaction(in.getLong(), in.getLong(), in.getLong(), in.getLong()));
            }
            return Optional.of(new ProducerSnapshot(offset, producers, completed, aborted));
        } catch (BufferUnderflowException e) {
            return Optional.empty();
        }
    }
}
