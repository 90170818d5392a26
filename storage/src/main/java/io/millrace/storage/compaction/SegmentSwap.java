package io.millrace.storage.compaction;

import io.millrace.storage.file.Disk;
import io.millrace.storage.index.OffsetIndex;
import io.millrace.storage.index.TimeIndex;
import io.millrace.storage.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Exchanges the files of some segments for those of the one that they became, in steps between which a crash leaves something
 * that {@link SwapRecovery} understands:
 *
 * <ol>
 *   <li>{@link #commit}: the new files, whole and forced, get names that say so. From then on the old ones are superfluous.
 *   <li>{@link #replace}: the old files get names that say so, durably, and then the new ones take theirs. The old log file of
 *       the first segment stays until the new one takes its name.
 *   <li>{@link #removeReplaced}.
 * </ol>
 */
public final class SegmentSwap {

    /** The log comes last: a segment without indexes is worth more than indexes without their segment. */
    static final List<String> SUFFIXES = List.of(OffsetIndex.SUFFIX, TimeIndex.SUFFIX, SegmentFiles.LOG_SUFFIX);

    private final Disk disk;
    private final Path directory;
    private final long baseOffset;
    private final List<Long> replaced;

    /** @param group the segments that are replaced */
    public SegmentSwap(Disk disk, Path directory, SegmentGroup group) {
        this.disk = disk;
        this.directory = directory;
        this.baseOffset = group.baseOffset();
        this.replaced =
                group.segments().stream().map(CleanableSegment::baseOffset).toList();
    }

    /** Durable on return: the new segment will be there, whatever happens. */
    public void commit() throws IOException {
        for (String suffix : SUFFIXES) {
            disk.rename(path(baseOffset, suffix + SegmentFiles.CLEANED), path(baseOffset, suffix + SegmentFiles.SWAP));
        }
        disk.forceDirectory(directory);
    }

    /** Takes back a {@link #commit} that failed. Durable on return. */
    public void undoCommit() throws IOException {
        for (int i = SUFFIXES.size() - 1; i >= 0; i--) {
            disk.delete(path(baseOffset, SUFFIXES.get(i) + SegmentFiles.SWAP));
            disk.delete(path(baseOffset, SUFFIXES.get(i) + SegmentFiles.CLEANED));
        }
        disk.forceDirectory(directory);
    }

    /** Gives the new segment its names. Durable on return. */
    public void replace() throws IOException {
        for (long old : replaced) {
            for (String suffix : SUFFIXES) {
                Path file = path(old, suffix);
                if ((old != baseOffset || !suffix.equals(SegmentFiles.LOG_SUFFIX)) && disk.exists(file)) {
                    disk.rename(file, path(old, suffix + SegmentFiles.DELETED));
                }
            }
        }
        // Nothing of the old may come back beside the new: it would be read twice, or by the wrong index.
        disk.forceDirectory(directory);
        for (String suffix : SUFFIXES) {
            disk.rename(path(baseOffset, suffix + SegmentFiles.SWAP), path(baseOffset, suffix));
        }
        disk.forceDirectory(directory);
    }

    /** Removes what was replaced. Readers that have a file open go on reading it. */
    public void removeReplaced() throws IOException {
        for (long old : replaced) {
            for (String suffix : SUFFIXES) {
                disk.delete(path(old, suffix + SegmentFiles.DELETED));
            }
        }
    }

    private Path path(long base, String suffix) {
        return SegmentFiles.path(directory, base, suffix);
    }
}
