package io.millrace.storage.inspect;

import io.millrace.storage.checkpoint.CleanShutdownMarker;
import io.millrace.storage.checkpoint.FirstDirtyFile;
import io.millrace.storage.checkpoint.LogStartFile;
import io.millrace.storage.checkpoint.RecoveryPoints;
import io.millrace.storage.directory.PartitionMetadataFile;
import io.millrace.storage.epoch.LeaderEpochFile;
import io.millrace.storage.file.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Checksums and content of the small files, each for itself. */
final class SmallFileCheck {

    private static final String PRODUCERS_ADVICE =
            "The sequences of producers are read from the log again, from an older snapshot on. Nothing is lost.";

    /** What an unreadable file of each name means. */
    private static final Map<String, String> ADVICE = Map.of(
            CleanShutdownMarker.NAME,
            "The next start takes the stop as a crash and checks the logs. Nothing has to be done.",
            RecoveryPoints.NAME,
            "The next start checks all logs from their beginning, which takes longer. Nothing has to be done.",
            PartitionMetadataFile.NAME,
            "A node refuses to start: it does not know to which topic these records belong. Restore the file from a"
                    + " backup, or move the partition away.",
            LeaderEpochFile.NAME,
            "The next start rebuilds it from the batches. Nothing has to be done.",
            LogStartFile.NAME,
            "The next start lets everything be read that is still there, also what was deleted. Nothing is lost.",
            FirstDirtyFile.NAME,
            "The log is compacted once more from its start. Nothing has to be done.");

    private final Disk disk;
    private final Findings findings;

    SmallFileCheck(Disk disk, Findings findings) {
        this.disk = disk;
        this.findings = findings;
    }

    void dataDirectory(Path directory, Collection<KnownFile> others) throws IOException {
        check(directory.resolve(CleanShutdownMarker.NAME));
        check(directory.resolve(RecoveryPoints.NAME));
        for (KnownFile other : others) {
            Path file = directory.resolve(other.name());
            check(file, other.advice(), () -> SmallFileDump.doubt(disk, file, other));
        }
    }

    void partition(Path directory) throws IOException {
        if (!disk.exists(directory.resolve(PartitionMetadataFile.NAME))) {
            findings.damage(
                    directory.resolve(PartitionMetadataFile.NAME),
                    -1,
                    "it is missing",
                    ADVICE.get(PartitionMetadataFile.NAME));
        }
        for (Path file : disk.list(directory)) {
            if (SmallFileDump.isSmallFile(file.getFileName().toString())) {
                check(file);
            }
        }
    }

    private void check(Path file) throws IOException {
        String advice = ADVICE.getOrDefault(file.getFileName().toString(), PRODUCERS_ADVICE);
        check(file, advice, () -> SmallFileDump.doubt(disk, file));
    }

    /** Looks into a file. */
    @FunctionalInterface
    private interface Look {
        Optional<String> doubt() throws IOException;
    }

    private void check(Path file, String advice, Look look) throws IOException {
        if (!disk.exists(file)) {
            return;
        }
        try {
            look.doubt().ifPresent(why -> findings.damage(file, 0, why, advice));
        } catch (NoSuchFileException e) {
            // A running node replaced it this very moment.
        }
    }
}
