package io.millrace.storage.inspect;

import io.millrace.storage.LogException;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.checkpoint.LogStartFile;
import io.millrace.storage.compaction.SwapRecovery;
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
import java.util.NavigableMap;
import java.util.TreeMap;
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
        CrashTail tail = new CrashTail(state, partition());
        SegmentVerifier verifier = new SegmentVerifier(disk, tail, epochs, findings);
        NavigableMap<Long, Long> compacted = pendingCompactions();
        TreeSet<Long> bases = segmentBases();
        bases.addAll(compacted.keySet());
        compacted.forEach((base, end) -> bases.subSet(base, false, end, false).clear());
        long firstOffset = -1;
        long endOffset = -1;
        boolean goOn = true;
        for (Long base = bases.isEmpty() ? null : bases.first(); base != null && goOn; base = bases.higher(base)) {
            Long next = bases.higher(base);
            if (compacted.containsKey(base)) {
                firstOffset = endOffset < 0 ? base : firstOffset;
                endOffset = compacted.get(base);
                continue;
            }
            try (OpenSegment segment = open(base)) {
                if (segment == null) {
                    // Retention took it meanwhile.
                    continue;
                }
                if (endOffset < 0) {
                    firstOffset = base;
                } else if (base != endOffset && !joins(segment.segment(), endOffset, tail)) {
                    goOn = false;
                    continue;
                }
                goOn = verifier.verify(segment.segment(), next == null ? -1 : next);
            }
            endOffset = verifier.endOffset();
        }
        // Read last: a running node writes these before the batches that they tell of.
        ends(firstOffset, endOffset, tail);
    }

    /** A crash in the middle of a compaction: the next start exchanges the segments, so what they were does not count. */
    private NavigableMap<Long, Long> pendingCompactions() throws IOException {
        try {
            NavigableMap<Long, Long> pending = SwapRecovery.pending(disk, directory);
            pending.forEach((base, end) -> findings.note(
                    SegmentFiles.path(directory, base, SegmentFiles.LOG_SUFFIX + SegmentFiles.SWAP),
                    -1,
                    "a compaction of offsets " + base + " up to " + end + " was interrupted",
                    "The next start finishes it. Verify that part after it."));
            return pending;
        } catch (NoSuchFileException e) {
            if (state.running()) {
                return new TreeMap<>();
            }
            throw e;
        } catch (LogException.CorruptLog e) {
            findings.damage(directory, -1, e.getMessage(), "A start refuses this partition.");
            return new TreeMap<>();
        }
    }

    /** A segment while it is read. */
    private record OpenSegment(Segment segment) implements AutoCloseable {
        @Override
        public void close() {
            segment.close();
        }
    }

    /** Null when a running node has removed it. */
    private OpenSegment open(long base) throws IOException {
        try {
            return new OpenSegment(Segment.open(disk, files, directory, base, 0));
        } catch (NoSuchFileException e) {
            if (state.running()) {
                return null;
            }
            throw e;
        }
    }

    private TreeSet<Long> segmentBases() throws IOException {
        TreeSet<Long> bases = new TreeSet<>();
        for (Path file : disk.list(directory)) {
            SegmentFiles.baseOffset(file).ifPresent(bases::add);
        }
        return bases;
    }

    /** A segment begins where the one before it ends. Tells when not; returns whether to go on with it. */
    private boolean joins(Segment segment, long endOffset, CrashTail tail) {
        String gap =
                "the records from offset " + endOffset + " up to " + segment.baseOffset() + " are missing before it";
        if (segment.baseOffset() < endOffset) {
            findings.damage(
                    segment.path(),
                    -1,
                    "it begins below offset " + endOffset + ", where the segment before it ends",
                    "The same offsets are there twice. Look which file does not belong here, and move it away.");
        } else if (tail.judge(endOffset, false, true) == CrashTail.Verdict.DAMAGED) {
            findings.damage(
                    segment.path(),
                    -1,
                    gap,
                    "A segment file is gone, or was cut. Restore this partition from a replica or a backup.");
        } else {
            findings.note(segment.path(), -1, gap, "A crash left this. The next start repairs it from the journal.");
            return false;
        }
        return true;
    }

    private void ends(long firstOffset, long endOffset, CrashTail tail) throws IOException {
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
        if (endOffset < tail.recoveryPoint() && !state.running()) {
            findings.damage(
                    directory,
                    -1,
                    "the log ends at offset " + endOffset + ", but everything below " + tail.recoveryPoint()
                            + " was on the disk",
                    "Segment files are gone, or were cut. Restore this partition from a replica or a backup.");
        } else if (tail.missingFrom(endOffset) == null) {
            findings.damage(
                    directory,
                    -1,
                    "the log ends at offset " + endOffset + ", and the journal has later records, but not all of them",
                    "A segment or a journal file is gone. Restore this partition from a replica or a backup.");
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

    /** Null when its directory does not say which one it is. */
    private TopicPartition partition() throws IOException {
        PartitionDirectory.Name name =
                PartitionDirectory.Name.parse(directory.getFileName().toString());
        if (name == null || !isReadable(PartitionMetadataFile.NAME)) {
            return null;
        }
        return new PartitionMetadataFile(disk)
                .read(directory)
                .map(content -> new TopicPartition(content.topicId(), name.topic(), name.partition()))
                .orElse(null);
    }
}
