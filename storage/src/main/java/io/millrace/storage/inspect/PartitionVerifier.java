package io.millrace.storage.inspect;

import io.millrace.storage.checkpoint.LogStartFile;
import io.millrace.storage.checkpoint.RecoveryPoints;
import io.millrace.storage.directory.PartitionDirectory;
import io.millrace.storage.directory.PartitionMetadataFile;
import io.millrace.storage.epoch.LeaderEpochFile;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.OpenFiles;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.TreeSet;

/** One partition: its segments one after the other, then what the small files say about them. */
final class PartitionVerifier {

    private final Disk disk;
    private final OpenFiles files;
    private final Path directory;
    private final DirectoryState state;
    private final Findings findings;
    private final EpochCheck epochs = new EpochCheck();

    PartitionVerifier(Disk disk, OpenFiles files, Path directory, DirectoryState state, Findings findings) {
        this.disk = disk;
        this.files = files;
        this.directory = directory;
        this.state = state;
        this.findings = findings;
    }

    void verify() throws IOException {
        new SmallFileCheck(disk, findings).partition(directory);
        long recoveryPoint = recoveryPoint();
        TreeSet<Long> bases = segmentBases();
        long firstOffset = -1;
        long endOffset = -1;
        SegmentVerifier verifier = new SegmentVerifier(disk, state, epochs, findings);
        for (long base : bases) {
            boolean last = base == bases.last();
            Segment segment;
            try {
                segment = Segment.open(disk, files, directory, base, 0);
            } catch (NoSuchFileException e) {
                if (state.running()) {
                    // Retention took it meanwhile.
                    continue;
                }
                throw e;
            }
            try {
                if (endOffset < 0) {
                    firstOffset = base;
                } else {
                    joins(segment, endOffset);
                }
                verifier.verify(segment, last, recoveryPoint);
            } finally {
                segment.close();
            }
            endOffset = verifier.endOffset();
        }
        // Read last: a running node writes these before the batches that they tell of.
        ends(firstOffset, endOffset, recoveryPoint);
    }

    private TreeSet<Long> segmentBases() throws IOException {
        TreeSet<Long> bases = new TreeSet<>();
        for (Path file : disk.list(directory)) {
            SegmentFiles.baseOffset(file).ifPresent(bases::add);
        }
        return bases;
    }

    /** A segment begins where the one before it ends. */
    private void joins(Segment segment, long endOffset) {
        if (segment.baseOffset() > endOffset) {
            findings.damage(
                    segment.path(),
                    -1,
                    "the records from offset " + endOffset + " up to " + segment.baseOffset()
                            + " are missing before it",
                    "A segment file is gone, or was cut. Restore this partition from a replica or a backup.");
        } else if (segment.baseOffset() < endOffset) {
            findings.damage(
                    segment.path(),
                    -1,
                    "it begins below offset " + endOffset + ", where the segment before it ends",
                    "The same offsets are there twice. Look which file does not belong here, and move it away.");
        }
    }

    private void ends(long firstOffset, long endOffset, long recoveryPoint) throws IOException {
        long logStart = logStart(firstOffset);
        if (firstOffset < 0) {
            findings.note(directory, -1, "there is no segment", "The next start begins an empty one.");
            return;
        }
        if (logStart < firstOffset && !state.running()) {
            findings.damage(
                    directory,
                    -1,
                    "the records from the log start " + logStart + " up to offset " + firstOffset + " are missing",
                    "A segment file or " + LogStartFile.NAME
                            + " is gone. Restore this partition from a replica or a backup.");
        }
        if (recoveryPoint > endOffset && !state.running()) {
            findings.damage(
                    directory,
                    -1,
                    "the log ends at offset " + endOffset + ", but everything below " + recoveryPoint
                            + " was on the disk",
                    "Segment files are gone, or were cut. Restore this partition from a replica or a backup.");
        }
        if (isReadable(LeaderEpochFile.NAME)) {
            new LeaderEpochFile(disk, directory)
                    .read()
                    .ifPresent(starts -> epochs.compare(starts, logStart, directory, findings));
        }
    }

    /** 0 when it never moved; the first offset when the file that says it is unreadable, which was told of. */
    private long logStart(long firstOffset) throws IOException {
        if (!disk.exists(directory.resolve(LogStartFile.NAME))) {
            return 0;
        }
        return isReadable(LogStartFile.NAME) ? new LogStartFile(disk, directory).read() : firstOffset;
    }

    /** Whether a file can be used; those that are there and cannot have been told of. */
    private boolean isReadable(String name) throws IOException {
        Path file = directory.resolve(name);
        return disk.exists(file) && SmallFileDump.doubt(disk, file).isEmpty();
    }

    private long recoveryPoint() throws IOException {
        PartitionDirectory.Name name =
                PartitionDirectory.Name.parse(directory.getFileName().toString());
        if (name == null || !isReadable(PartitionMetadataFile.NAME)) {
            return 0;
        }
        var metadata = new PartitionMetadataFile(disk).read(directory);
        if (metadata.isEmpty()) {
            return 0;
        }
        return state.recoveryPoints()
                .getOrDefault(new RecoveryPoints.Key(metadata.get().topicId(), name.partition()), 0L);
    }
}
