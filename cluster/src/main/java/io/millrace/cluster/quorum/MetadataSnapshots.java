package io.millrace.cluster.quorum;

import io.millrace.storage.directory.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.FileRawSnapshotReader;
import org.apache.kafka.snapshot.FileRawSnapshotWriter;
import org.apache.kafka.snapshot.NotifyingRawSnapshotWriter;
import org.apache.kafka.snapshot.RawSnapshotReader;
import org.apache.kafka.snapshot.RawSnapshotWriter;
import org.apache.kafka.snapshot.SnapshotPath;
import org.apache.kafka.snapshot.Snapshots;

/**
 * The files of {@code metadata-snapshots}: {@code <offset>-<epoch>.checkpoint}, each the state at an offset of the metadata log. They appear
 * whole, by a rename.
 *
 * <p>Thread-safe: snapshots are written on the thread of the controller.
 */
final class MetadataSnapshots {

    private final Path directory;
    private final TreeMap<OffsetAndEpoch, Optional<FileRawSnapshotReader>> known = new TreeMap<>();

    /** Finds what is there, and removes what a crash left half done. */
    MetadataSnapshots(Path dataDirectory) throws IOException {
        this.directory = directory(dataDirectory);
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                SnapshotPath found = Snapshots.parse(file).orElse(null);
                if (found == null) {
                    continue;
                }
                if (found.partial() || found.deleted()) {
                    Files.deleteIfExists(file);
                } else {
                    known.put(found.snapshotId(), Optional.empty());
                }
            }
        }
    }

    static Path directory(Path dataDirectory) {
        return dataDirectory.resolve(DataDirectory.METADATA_SNAPSHOTS);
    }

    /** Empty when there is such a snapshot. */
    Optional<RawSnapshotWriter> create(OffsetAndEpoch id) {
        synchronized (known) {
            if (known.containsKey(id)) {
                return Optional.empty();
            }
        }
        return Optional.of(new NotifyingRawSnapshotWriter(FileRawSnapshotWriter.create(directory, id), this::onFrozen));
    }

    void onFrozen(OffsetAndEpoch id) {
        synchronized (known) {
            known.put(id, Optional.empty());
        }
    }

    Optional<RawSnapshotReader> open(OffsetAndEpoch id) {
        synchronized (known) {
            Optional<FileRawSnapshotReader> reader = known.get(id);
            if (reader == null) {
                return Optional.empty();
            }
            if (reader.isEmpty()) {
                reader = openFile(id);
                known.put(id, reader);
            }
            return reader.map(RawSnapshotReader.class::cast);
        }
    }

    private Optional<FileRawSnapshotReader> openFile(OffsetAndEpoch id) {
        try {
            return Optional.of(FileRawSnapshotReader.open(directory, id));
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                throw new UncheckedIOException(
                        "the snapshot " + id + " of the metadata is gone from " + directory
                                + ": somebody else removed it. Restore it, or start with an empty data directory.",
                        e.getCause());
            }
            throw e;
        }
    }

    Optional<OffsetAndEpoch> latest() {
        synchronized (known) {
            return known.isEmpty() ? Optional.empty() : Optional.of(known.lastKey());
        }
    }

    Optional<OffsetAndEpoch> earliest() {
        synchronized (known) {
            return known.isEmpty() ? Optional.empty() : Optional.of(known.firstKey());
        }
    }

    boolean contains(OffsetAndEpoch id) {
        synchronized (known) {
            return known.containsKey(id);
        }
    }

    /** The snapshot that is so many places before the newest; empty when there are not as many. */
    Optional<OffsetAndEpoch> beforeLatest(int places) {
        synchronized (known) {
            List<OffsetAndEpoch> newestFirst = List.copyOf(known.descendingKeySet());
            return newestFirst.size() > places ? Optional.of(newestFirst.get(places)) : Optional.empty();
        }
    }

    /**
     * Removes the snapshots before one; returns whether there were any. Their readers are not closed, since somebody may still read: the
     * descriptors go with the readers.
     */
    boolean deleteBefore(OffsetAndEpoch id) {
        return delete(each -> each.compareTo(id) < 0);
    }

    /** Removes the snapshots at offsets below one, in the same way. */
    void deleteBelow(long offset) {
        delete(each -> each.offset() < offset);
    }

    private boolean delete(Predicate<OffsetAndEpoch> which) {
        List<OffsetAndEpoch> older;
        synchronized (known) {
            older = known.keySet().stream().filter(which).toList();
            older.forEach(known::remove);
        }
        older.forEach(each -> Snapshots.deleteIfExists(directory, each));
        return !older.isEmpty();
    }

    void close() {
        synchronized (known) {
            known.values().forEach(reader -> reader.ifPresent(FileRawSnapshotReader::close));
            known.clear();
        }
    }
}
