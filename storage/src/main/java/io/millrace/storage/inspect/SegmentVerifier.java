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
    private final CrashTail tail;
    private final EpochCheck epochs;
    private final Findings findings;
    private int leaderEpoch = -1;
    private long endOffset;
    private boolean isWhole;

    SegmentVerifier(Disk disk, CrashTail tail, EpochCheck epochs, Findings findings) {
        this.disk = disk;
        this.tail = tail;
        this.epochs = epochs;
        this.findings = findings;
    }

    /**
     * Checks a segment.
     *
     * @param nextBase where the next segment begins, or -1 when this is the one that is, or was, appended to
     * @return whether to go on with the next one: false when the rest is what a crash left, and will be cut
     */
    boolean verify(Segment segment, long nextBase) throws IOException {
        findings.segment(segment.sizeBytes());
        endOffset = segment.baseOffset();
        // The indexes of what a crash may have torn are built again.
        boolean settled = tail.isSettled(nextBase < 0 ? Long.MAX_VALUE : nextBase);
        try (IndexCheck offsets = index(segment, OffsetIndex.SUFFIX, settled);
                IndexCheck times = index(segment, TimeIndex.SUFFIX, settled)) {
            boolean goOn = batches(segment, nextBase < 0, offsets, times);
            if (settled && isWhole) {
                offsets.end();
                times.end();
            }
            return goOn;
        }
    }

    private IndexCheck index(Segment segment, String suffix, boolean settled) throws IOException {
        Path path = SegmentFiles.path(segment.path().getParent(), segment.baseOffset(), suffix);
        boolean isOfTimes = suffix.equals(TimeIndex.SUFFIX);
        if (!settled && tail.buildsIndexesAgain()) {
            return IndexCheck.none(path, isOfTimes, findings);
        }
        boolean expected = settled && segment.sizeBytes() > 0;
        return IndexCheck.open(disk, path, isOfTimes, segment.baseOffset(), expected, findings);
    }

    private boolean batches(Segment segment, boolean last, IndexCheck offsets, IndexCheck times) throws IOException {
        int position = 0;
        isWhole = false;
        for (int damages = 0; damages < DAMAGES_MAX; damages++) {
            SegmentScanner scanner = new SegmentScanner(segment, position, endOffset, leaderEpoch, 0);
            scanner.scan((buffer, at, batchPosition) -> {
                long base = BatchHeader.baseOffset(buffer, at);
                // Of what compaction emptied only the header is left, and no record has its timestamp.
                boolean empty = BatchHeader.recordsCount(buffer, at) == 0;
                long maxTimestampMs = empty ? Long.MIN_VALUE : BatchHeader.maxTimestamp(buffer, at);
                findings.batch();
                offsets.batch(base, batchPosition, maxTimestampMs);
                times.batch(base, batchPosition, maxTimestampMs);
                epochs.batch(BatchHeader.leaderEpoch(buffer, at), base, segment.path(), batchPosition);
            });
            endOffset = scanner.nextOffset();
            leaderEpoch = scanner.leaderEpoch();
            if (scanner.position() == segment.sizeBytes()) {
                isWhole = damages == 0;
                return true;
            }
            // Not from the end offset: a wrong offset in a header, which no checksum covers, must not hide what
            // follows.
            int sound = DamageProbe.findSoundBatch(segment, scanner.position(), segment.baseOffset());
            if (!tell(segment, scanner, last, sound)) {
                return false;
            }
            if (sound < 0) {
                return true;
            }
            position = sound;
            endOffset = segment.baseOffset();
            leaderEpoch = -1;
        }
        return true;
    }

    /** Tells of a bad batch; returns whether what follows is worth a look. */
    private boolean tell(Segment segment, SegmentScanner scanner, boolean last, int sound) throws IOException {
        int position = scanner.position();
        String what = BadBatch.why(segment, scanner)
                + (sound < 0
                        ? "; nothing sound follows in the last " + (segment.sizeBytes() - position) + " bytes"
                        : "; sound batches go on at byte " + sound);
        switch (tail.judge(endOffset, last, sound >= 0 || !last)) {
            case BEING_WRITTEN:
                findings.note(segment.path(), position, what, "The node is writing here at this moment.");
                return false;
            case IN_THE_JOURNAL:
                findings.note(
                        segment.path(),
                        position,
                        what,
                        "A crash left this. The next start writes the records from offset " + endOffset
                                + " on again, from the journal.");
                return false;
            case TORN:
                findings.note(
                        segment.path(),
                        position,
                        what,
                        "A crash leaves such a torn tail. The next start cuts it; nothing there was durable.");
                return false;
            default:
                findings.damage(
                        segment.path(),
                        position,
                        what,
                        "Records from offset " + endOffset + " on are destroyed, and not by a crash: a failing disk, or"
                                + " somebody wrote into the file. Copy the directory away, look at the disk, and restore"
                                + " this partition from a replica or a backup.");
                return true;
        }
    }

    /** The offset after the last sound batch. */
    long endOffset() {
        return endOffset;
    }
}
