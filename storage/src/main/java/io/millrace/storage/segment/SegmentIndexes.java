package io.millrace.storage.segment;

import io.millrace.storage.file.Disk;
import io.millrace.storage.file.OpenFiles;
import io.millrace.storage.index.OffsetIndex;
import io.millrace.storage.index.TimeIndex;
import java.io.IOException;
import java.nio.file.Path;

/** The two indexes of a segment, opened, written and removed together. */
record SegmentIndexes(OffsetIndex offsets, TimeIndex times) {

    static SegmentIndexes empty(Disk disk, OpenFiles files, Path directory, long baseOffset) {
        return empty(disk, files, directory, baseOffset, "");
    }

    /** @param addition to the names of the files */
    static SegmentIndexes empty(Disk disk, OpenFiles files, Path directory, long baseOffset, String addition) {
        Path offsets = SegmentFiles.path(directory, baseOffset, OffsetIndex.SUFFIX + addition);
        Path times = SegmentFiles.path(directory, baseOffset, TimeIndex.SUFFIX + addition);
        return new SegmentIndexes(
                OffsetIndex.empty(disk, files, offsets, baseOffset), TimeIndex.empty(disk, files, times, baseOffset));
    }

    /**
     * The indexes in their files, or null when there is any doubt about one of them.
     *
     * @param unfinished takes indexes that do not cover the whole segment too
     */
    static SegmentIndexes open(
            Disk disk, OpenFiles files, Path directory, long baseOffset, long segmentBytes, boolean unfinished)
            throws IOException {
        OffsetIndex offsets =
                OffsetIndex.open(disk, files, offsetPath(directory, baseOffset), baseOffset, segmentBytes, unfinished);
        if (offsets == null) {
            return null;
        }
        TimeIndex times = TimeIndex.open(disk, files, timePath(directory, baseOffset), baseOffset, unfinished);
        if (times == null) {
            offsets.close();
            return null;
        }
        return new SegmentIndexes(offsets, times);
    }

    void store() throws IOException {
        offsets.store();
        times.store();
    }

    /** Keeps the files open, whatever happens to their names, until {@link #unpin()}. */
    void pin() throws IOException {
        offsets.pin();
        times.pin();
    }

    void unpin() {
        offsets.unpin();
        times.unpin();
    }

    void force() throws IOException {
        offsets.force();
        times.force();
    }

    void delete() throws IOException {
        offsets.delete();
        times.delete();
    }

    void close() {
        offsets.close();
        times.close();
    }

    private static Path offsetPath(Path directory, long baseOffset) {
        return SegmentFiles.path(directory, baseOffset, OffsetIndex.SUFFIX);
    }

    private static Path timePath(Path directory, long baseOffset) {
        return SegmentFiles.path(directory, baseOffset, TimeIndex.SUFFIX);
    }
}
