package io.millrace.storage.inspect;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.Disk;
import io.millrace.storage.index.OffsetIndex;
import io.millrace.storage.index.TimeIndex;
import io.millrace.storage.segment.BadBatch;
import io.millrace.storage.segment.DamageProbe;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentFiles;
import io.millrace.storage.segment.SegmentScanner;
import java.io.IOException;
import java.nio.file.Path;

/** Every batch of one segment and both indexes, in one pass. After a bad batch it goes on at the next sound one. */
final class SegmentVerifier {

    /** A destroyed disk would fill the screen otherwise; the first ones say where it begins. */
    private static final int DAMAGES_MAX = 20;

    private final Disk disk;
    private final DirectoryState state;
    private final EpochCheck epochs;
    private final Findings findings;
    private int leaderEpoch = -1;
    private long endOffset;

    SegmentVerifier(Disk disk, DirectoryState state, EpochCheck epochs, Findings findings) {
        this.disk = disk;
        this.state = state;
        this.epochs = epochs;
        this.findings = findings;
    }

    /**
     * Checks a segment.
     *
     * @param last whether it is the one that is, or was, appended to
     * @param forcedOffset below it nothing can have been torn off by a crash
     */
    void verify(Segment segment, boolean last, long forcedOffset) throws IOException {
        findings.segment(segment.sizeBytes());
        endOffset = segment.baseOffset();
        boolean indexed = !state.running() && segment.sizeBytes() > 0 && (!last || state.clean());
        try (IndexCheck offsets = index(segment, OffsetIndex.SUFFIX, indexed);
                IndexCheck times = index(segment, TimeIndex.SUFFIX, indexed)) {
            boolean sound = batches(segment, last, forcedOffset, offsets, times);
            if (sound && !(last && state.running())) {
                offsets.end();
                times.end();
            }
        }
    }

    private IndexCheck index(Segment segment, String suffix, boolean expected) throws IOException {
        Path path = SegmentFiles.path(segment.path().getParent(), segment.baseOffset(), suffix);
        return IndexCheck.open(disk, path, suffix.equals(TimeIndex.SUFFIX), segment.baseOffset(), expected, findings);
    }

    /** Returns whether the segment is sound to its end. */
    private boolean batches(Segment segment, boolean last, long forcedOffset, IndexCheck offsets, IndexCheck times)
            throws IOException {
        int position = 0;
        for (int damages = 0; damages < DAMAGES_MAX; damages++) {
            SegmentScanner scanner = new SegmentScanner(segment, position, endOffset, leaderEpoch, 0);
            scanner.scan((buffer, at, batchPosition) -> {
                long base = BatchHeader.baseOffset(buffer, at);
                long maxTimestampMs = BatchHeader.maxTimestamp(buffer, at);
                findings.batch();
                offsets.batch(base, batchPosition, maxTimestampMs);
                times.batch(base, batchPosition, maxTimestampMs);
                epochs.batch(BatchHeader.leaderEpoch(buffer, at), base, segment.path(), batchPosition);
            });
            endOffset = scanner.nextOffset();
            leaderEpoch = scanner.leaderEpoch();
            if (scanner.position() == segment.sizeBytes()) {
                return damages == 0;
            }
            String why = BadBatch.why(segment, scanner);
            // Not from the end offset: a wrong offset in a header, which no checksum covers, must not hide what
            // follows.
            int sound = DamageProbe.findSoundBatch(segment, scanner.position(), segment.baseOffset());
            if (sound < 0) {
                tail(segment, scanner.position(), why, last, forcedOffset);
                return false;
            }
            findings.damage(
                    segment.path(),
                    scanner.position(),
                    why + "; sound batches go on at byte " + sound,
                    "Records after offset " + (endOffset - 1) + " are destroyed, and not by a crash: a failing disk, or"
                            + " somebody wrote into the file. Copy the directory away, look at the disk, and restore this"
                            + " partition from a replica or a backup.");
            position = sound;
            endOffset = segment.baseOffset();
            leaderEpoch = -1;
        }
        return false;
    }

    private void tail(Segment segment, int position, String why, boolean last, long forcedOffset) {
        int tailBytes = segment.sizeBytes() - position;
        if (last && state.running()) {
            findings.note(segment.path(), position, why, "The node is writing here at this moment.");
        } else if (last && !state.clean() && endOffset >= forcedOffset) {
            findings.note(
                    segment.path(),
                    position,
                    "a torn tail of " + tailBytes + " bytes: " + why,
                    "A crash leaves such a tail. The next start restores what was acknowledged and cuts the rest.");
        } else {
            findings.damage(
                    segment.path(),
                    position,
                    why + "; nothing sound follows in the last " + tailBytes + " bytes",
                    "Records from offset " + endOffset + " on are destroyed, and not by a crash: they were on the disk"
                            + " before. Restore this partition from a replica or a backup.");
        }
    }

    /** The offset after the last sound batch. */
    long endOffset() {
        return endOffset;
    }
}
