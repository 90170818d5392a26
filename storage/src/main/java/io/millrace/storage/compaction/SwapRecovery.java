package io.millrace.storage.compaction;

import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.Disk;
import io.millrace.storage.file.DiskFile;
import io.millrace.storage.segment.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the files of a log in order after a crash in the middle of a {@link SegmentSwap}: what was not whole goes, what was
 * whole takes its place. Which segments it replaces follows from where it begins and ends. Runs when a log is opened, before
 * its segments are.
 */
public final class SwapRecovery {

    private static final Logger log = LoggerFactory.getLogger(SwapRecovery.class);

    private final Disk disk;
    private final Path directory;

    private SwapRecovery(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /**
     * Does nothing in a directory that no crash left in the middle of an exchange. Durable on return.
     *
     * @throws LogException.CorruptLog when a segment that was forced is not whole
     */
    public static void run(Disk disk, Path directory) throws IOException {
        new SwapRecovery(disk, directory).run();
    }

    /**
     * The compacted segments that a start would put in place: where each begins, and where it ends. Changes nothing.
     *
     * @throws LogException.CorruptLog as above
     */
    public static NavigableMap<Long, Long> pending(Disk disk, Path directory) throws IOException {
        NavigableMap<Long, Long> pending = new TreeMap<>();
        for (Path file : disk.list(directory)) {
            OptionalLong base = SegmentFiles.baseOffset(file, SegmentFiles.SWAP);
            if (base.isPresent()) {
                pending.put(base.getAsLong(), new SwapRecovery(disk, directory).endOffset(file));
            }
        }
        return pending;
    }

    private void run() throws IOException {
        List<Long> committed = new ArrayList<>();
        boolean changed = false;
        List<Path> files = disk.list(directory);
        for (Path file : files) {
            String name = file.getFileName().toString();
            OptionalLong base = SegmentFiles.baseOffset(file, SegmentFiles.SWAP);
            if (base.isPresent()) {
                committed.add(base.getAsLong());
            } else if (name.endsWith(SegmentFiles.CLEANED) || name.endsWith(SegmentFiles.DELETED)) {
                disk.delete(file);
                changed = true;
            }
        }
        for (long base : committed) {
            finish(base, files);
        }
        for (Path file : disk.list(directory)) {
            if (file.getFileName().toString().endsWith(SegmentFiles.SWAP)) {
                // An index whose segment has its name already, or never got it: it is built again.
                disk.delete(file);
                changed = true;
            }
        }
        if (changed) {
            disk.forceDirectory(directory);
        }
    }

    private void finish(long base, List<Path> files) throws IOException {
        long end = endOffset(SegmentFiles.path(directory, base, SegmentFiles.LOG_SUFFIX + SegmentFiles.SWAP));
        for (Path file : files) {
            OptionalLong old = SegmentFiles.baseOffset(file);
            if (old.isPresent() && old.getAsLong() > base && old.getAsLong() < end) {
                delete(old.getAsLong(), SegmentSwap.SUFFIXES);
            }
        }
        delete(base, SegmentSwap.SUFFIXES.subList(0, 2));
        disk.forceDirectory(directory);
        for (String suffix : SegmentSwap.SUFFIXES) {
            Path written = SegmentFiles.path(directory, base, suffix + SegmentFiles.SWAP);
            if (disk.exists(written)) {
                disk.rename(written, SegmentFiles.path(directory, base, suffix));
            }
        }
        disk.forceDirectory(directory);
        log.info("Finished the compaction of {}: offsets {} to {} are in one segment", directory, base, end);
    }

    private void delete(long base, List<String> suffixes) throws IOException {
        for (String suffix : suffixes) {
            disk.delete(SegmentFiles.path(directory, base, suffix));
        }
    }

    /** The offset after the last batch. A compacted segment keeps at least the header of its last batch. */
    private long endOffset(Path file) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE_BYTES);
        try (DiskFile in = disk.open(file, Disk.Mode.READ)) {
            long size = in.sizeBytes();
            long position = 0;
            long end = -1;
            while (position < size) {
                header.clear();
                if (in.read(header, position) < BatchHeader.SIZE_BYTES
                        || BatchHeader.magic(header, 0) != BatchHeader.MAGIC
                        || BatchHeader.sizeBytes(header, 0) < BatchHeader.SIZE_BYTES
                        || BatchHeader.sizeBytes(header, 0) > size - position) {
                    throw damaged(file, position);
                }
                end = BatchHeader.lastOffset(header, 0) + 1;
                position += BatchHeader.sizeBytes(header, 0);
            }
            if (end < 0) {
                throw damaged(file, 0);
            }
            return end;
        }
    }

    private static LogException.CorruptLog damaged(Path file, long position) {
        return new LogException.CorruptLog("the compacted segment " + file + " is damaged at byte " + position
                + ": it was forced to the disk before it got this name, so this is not what a crash leaves behind. Nothing"
                + " was changed. Restore the directory from a backup; or, when all segments from its offset on are still"
                + " there, remove that file and start again.");
    }
}
