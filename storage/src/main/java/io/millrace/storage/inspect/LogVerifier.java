package io.millrace.storage.inspect;

import io.millrace.storage.directory.DataDirectory;
import io.millrace.storage.directory.PartitionDirectory;
import io.millrace.storage.directory.PartitionMetadataFile;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.OpenFiles;
import io.millrace.storage.file.ReadOnlyDisk;
import io.millrace.storage.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Checks a data directory, or one partition in it, byte by byte: every batch, the indexes against the batches, the small files,
 * and that all of them tell the same story. Never writes. Beside a running node it checks what that had written when each file
 * was reached; files that the node removes meanwhile are left out.
 */
public final class LogVerifier {

    /** Reading needs a handful; the pool is only there because segments ask for one. */
    private static final int OPEN_FILES_MAX = 16;

    private final Disk disk;
    private final Findings findings;

    private final Collection<KnownFile> others;

    private LogVerifier(Disk disk, Findings findings, Collection<KnownFile> others) {
        this.disk = new ReadOnlyDisk(disk);
        this.findings = findings;
        this.others = List.copyOf(others);
    }

    /**
     * Checks a directory and hands out what it finds. Blocks, for as long as it takes to read everything.
     *
     * @param others the small files of other modules
     * @throws IOException when the directory is not there, is neither a data directory nor a partition, or cannot be read
     */
    public static VerifySummary verify(Path directory, Collection<KnownFile> others, Consumer<Finding> sink)
            throws IOException {
        return verify(Disk.local(), directory, others, sink);
    }

    /** As above, without knowing the files of other modules. */
    public static VerifySummary verify(Path directory, Consumer<Finding> sink) throws IOException {
        return verify(directory, List.of(), sink);
    }

    /** As above, on another disk. */
    public static VerifySummary verify(Disk disk, Path directory, Consumer<Finding> sink) throws IOException {
        return verify(disk, directory, List.of(), sink);
    }

    private static VerifySummary verify(Disk disk, Path directory, Collection<KnownFile> others, Consumer<Finding> sink)
            throws IOException {
        return new LogVerifier(disk, new Findings(sink), others)
                .run(directory.toAbsolutePath().normalize());
    }

    private VerifySummary run(Path directory) throws IOException {
        if (!disk.isDirectory(directory)) {
            throw new NoSuchFileException(directory.toString(), null, "there is no such directory");
        }
        if (isPartition(directory)) {
            DirectoryState state = DirectoryState.of(disk, directory.getParent());
            verifyPartition(directory, state);
            return findings.summary(state.running());
        }
        DirectoryState state = DirectoryState.of(disk, directory);
        List<Path> partitions = partitionsIn(directory);
        if (partitions.isEmpty() && !disk.exists(directory.resolve(DirectoryState.LOCK_FILE))) {
            throw new IOException(
                    directory + " is neither a data directory nor a partition: there is no <topic>-<number>"
                            + " in it, and no segment");
        }
        new SmallFileCheck(disk, findings).dataDirectory(directory, others);
        snapshots(directory.resolve(DataDirectory.METADATA_SNAPSHOTS));
        for (Path partition : partitions) {
            verifyPartition(partition, state);
        }
        return findings.summary(state.running());
    }

    /** Checksums only: what they say is the business of the metadata log. */
    private void snapshots(Path directory) throws IOException {
        if (!disk.isDirectory(directory)) {
            return;
        }
        for (Path file : disk.list(directory)) {
            if (file.getFileName().toString().endsWith(FileDump.CHECKPOINT_SUFFIX)) {
                SegmentDump.dump(disk, file, entry -> snapshot(file, entry));
            }
        }
    }

    private void snapshot(Path file, FileEntry entry) {
        String advice = "This node cannot start from it. As long as other voters have the metadata, move the whole data"
                + " directory away and start with an empty one.";
        if (entry instanceof FileEntry.Unreadable unreadable) {
            findings.damage(file, unreadable.position(), unreadable.why(), advice);
        } else if (entry instanceof FileEntry.Batch batch && !batch.crcOk()) {
            findings.damage(file, batch.position(), "the checksum of a batch is wrong", advice);
        }
    }

    private void verifyPartition(Path directory, DirectoryState state) throws IOException {
        findings.partition();
        try {
            new PartitionVerifier(disk, new OpenFiles(disk, OPEN_FILES_MAX, () -> {}), directory, state, findings)
                    .verify();
        } catch (NoSuchFileException e) {
            if (!state.running()) {
                throw e;
            }
            findings.note(
                    directory,
                    -1,
                    "files went away while they were read",
                    "The node that is at work here deleted or cut this log. Verify again to be sure.");
        }
    }

    private List<Path> partitionsIn(Path directory) throws IOException {
        List<Path> partitions = new ArrayList<>();
        for (Path entry : disk.list(directory)) {
            if (disk.isDirectory(entry)
                    && PartitionDirectory.Name.parse(entry.getFileName().toString()) != null
                    && isPartition(entry)) {
                partitions.add(entry);
            }
        }
        return partitions;
    }

    private boolean isPartition(Path directory) throws IOException {
        if (disk.exists(directory.resolve(PartitionMetadataFile.NAME))) {
            return true;
        }
        for (Path file : disk.list(directory)) {
            if (SegmentFiles.baseOffset(file).isPresent()) {
                return true;
            }
        }
        return false;
    }
}
