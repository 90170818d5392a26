package io.millrace.storage.inspect;

import io.millrace.storage.checkpoint.CleanShutdownMarker;
import io.millrace.storage.checkpoint.FirstDirtyFile;
import io.millrace.storage.checkpoint.LogStartFile;
import io.millrace.storage.checkpoint.RecoveryPoints;
import io.millrace.storage.directory.PartitionMetadataFile;
import io.millrace.storage.epoch.LeaderEpochFile;
import io.millrace.storage.file.AtomicFile;
import io.millrace.storage.file.Disk;
import io.millrace.storage.producer.ProducerSnapshot;
import io.millrace.storage.producer.ProducerSnapshotFiles;
import io.millrace.storage.producer.ProducerState;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the small files say, read by the classes that read them when a node starts. */
final class SmallFileDump {

    private final Disk disk;
    private final Path path;
    private final EntrySink sink;

    /** What a file of another module says; false when nothing can be made of it. */
    static boolean content(Disk disk, Path path, KnownFile known, EntrySink sink) throws IOException {
        AtomicFile.Examined examined = AtomicFile.examine(disk, path);
        boolean sound = examined.payload() != null
                && examined.kind() == AtomicFile.fourCharacters(known.kind())
                && examined.version() == known.version();
        if (sound) {
            try {
                known.content().read(examined.payload(), sink);
                return !examined.payload().hasRemaining();
            } catch (BufferUnderflowException e) {
                return false;
            }
        }
        return false;
    }

    private SmallFileDump(Disk disk, Path path, EntrySink sink) {
        this.disk = disk;
        this.path = path;
        this.sink = sink;
    }

    /** Whether a file is one of them. */
    static boolean isSmallFile(String name) {
        return List.of(
                                CleanShutdownMarker.NAME,
                                RecoveryPoints.NAME,
                                PartitionMetadataFile.NAME,
                                LeaderEpochFile.NAME,
                                LogStartFile.NAME,
                                FirstDirtyFile.NAME)
                        .contains(name)
                || name.endsWith(ProducerSnapshotFiles.SUFFIX);
    }

    /** Whatever of a file of another module can be read. */
    static void dump(Disk disk, Path path, KnownFile known, EntrySink sink) throws IOException {
        Optional<String> doubt = doubt(disk, path, known);
        if (doubt.isPresent()) {
            sink.entry(new FileEntry.Unreadable(0, disk.sizeBytes(path), doubt.get()));
        } else {
            content(disk, path, known, sink);
        }
    }

    static void dump(Disk disk, Path path, EntrySink sink) throws IOException {
        Optional<String> doubt = doubt(disk, path);
        if (doubt.isPresent()) {
            sink.entry(new FileEntry.Unreadable(0, disk.sizeBytes(path), doubt.get()));
        } else {
            new SmallFileDump(disk, path, sink).content();
        }
    }

    /** Why a small file cannot be used; empty when it can. */
    static Optional<String> doubt(Disk disk, Path path) throws IOException {
        return doubt(disk, path, () -> new SmallFileDump(disk, path, entry -> {}).content());
    }

    /** As above, for a file of another module. */
    static Optional<String> doubt(Disk disk, Path path, KnownFile known) throws IOException {
        return doubt(disk, path, () -> content(disk, path, known, entry -> {}));
    }

    /** Reads what is in a file. */
    @FunctionalInterface
    private interface Reading {
        boolean makesSense() throws IOException;
    }

    private static Optional<String> doubt(Disk disk, Path path, Reading reading) throws IOException {
        AtomicFile.Examined examined = AtomicFile.examine(disk, path);
        if (examined.doubt() != null) {
            return Optional.of(examined.doubt());
        }
        return reading.makesSense()
                ? Optional.empty()
                : Optional.of("it is of another kind or version, or what it says makes no sense");
    }

    /** Hands out what the file says; false when nothing can be made of it. */
    private boolean content() throws IOException {
        String name = path.getFileName().toString();
        Path directory = path.toAbsolutePath().getParent();
        switch (name) {
            case CleanShutdownMarker.NAME:
                return cleanShutdown(directory);
            case RecoveryPoints.NAME:
                return recoveryPoints(directory);
            case PartitionMetadataFile.NAME:
                return metadata(directory);
            case LeaderEpochFile.NAME:
                return leaderEpochs(directory);
            case LogStartFile.NAME:
                sink.entry(new FileEntry.LogStart(new LogStartFile(disk, directory).read()));
                return true;
            case FirstDirtyFile.NAME:
                sink.entry(new FileEntry.FirstDirty(new FirstDirtyFile(disk, directory).read()));
                return true;
            default:
                return producers(directory);
        }
    }

    private boolean cleanShutdown(Path directory) throws IOException {
        var stopped = new CleanShutdownMarker(disk, directory).stoppedMs();
        stopped.ifPresent(ms -> sink.entry(new FileEntry.CleanShutdown(ms)));
        return stopped.isPresent();
    }

    private boolean recoveryPoints(Path directory) throws IOException {
        RecoveryPoints.Content content = new RecoveryPoints(disk, directory).read();
        content.points()
                .forEach((key, point) ->
                        sink.entry(new FileEntry.RecoveryPoint(key.topicId(), key.partition(), point.offset())));
        return content.found();
    }

    private boolean metadata(Path directory) throws IOException {
        var content = new PartitionMetadataFile(disk).read(directory);
        content.ifPresent(it -> sink.entry(new FileEntry.PartitionMetadata(it.topicId(), it.createdMs())));
        return content.isPresent();
    }

    private boolean leaderEpochs(Path directory) throws IOException {
        var epochs = new LeaderEpochFile(disk, directory).read();
        epochs.ifPresent(all ->
                all.forEach(epoch -> sink.entry(new FileEntry.LeaderEpoch(epoch.leaderEpoch(), epoch.startOffset()))));
        return epochs.isPresent();
    }

    private boolean producers(Path directory) throws IOException {
        Optional<ProducerSnapshot> snapshot = new ProducerSnapshotFiles(disk, directory).read(path);
        snapshot.ifPresent(it -> it.producers().forEach(producer -> sink.entry(entry(producer))));
        return snapshot.isPresent();
    }

    private static FileEntry.Producer entry(ProducerState producer) {
        return new FileEntry.Producer(
                producer.producerId(),
                producer.producerEpoch(),
                producer.lastWriteMs(),
                producer.batches().stream()
                        .map(batch -> new FileEntry.ProducerBatch(
                                batch.baseSequence(), batch.lastSequence(), batch.baseOffset(), batch.lastOffset()))
                        .collect(Collectors.toList()));
    }
}
