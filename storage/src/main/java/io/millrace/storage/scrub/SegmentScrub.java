package io.millrace.storage.scrub;

import io.millrace.storage.LogException;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.segment.BadBatch;
import io.millrace.storage.segment.Segment;
import io.millrace.storage.segment.SegmentScanner;
import java.io.IOException;
import java.util.Optional;

/** Reads one sealed segment from its first byte to its last, or until something in it is wrong. */
final class SegmentScrub {

    private final ScrubTarget target;
    private final Segment segment;
    private final Pace pace;
    private final int sizeBytes;
    private long readBytes;
    private boolean stopped;

    /** Ends a scan from within. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1;

        Enough() {
            super(null, null, false, false);
        }
    }

    SegmentScrub(ScrubTarget target, Segment segment, Pace pace) {
        this.target = target;
        this.segment = segment;
        this.pace = pace;
        this.sizeBytes = segment.sizeBytes();
    }

    /** The first bad place; empty when all is well, or when the segment went away or was cut while it was read. */
    Optional<ScrubReport.Damage> run() {
        SegmentScanner scanner = scanner(0, segment.baseOffset(), -1);
        try {
            scan(scanner);
            if (isWhole(scanner)) {
                return Optional.empty();
            }
            // A look from the same place again: what was wrong because it changed meanwhile is right now, or gone.
            SegmentScanner again = scanner(scanner.position(), scanner.nextOffset(), scanner.leaderEpoch());
            scan(again);
            return isWhole(again) ? Optional.empty() : damage(again.position(), BadBatch.why(segment, again));
        } catch (Enough e) {
            return Optional.empty();
        } catch (IOException | LogException e) {
            return damage(scanner.position(), "it cannot be read: " + e.getMessage());
        }
    }

    private SegmentScanner scanner(int position, long nextOffset, int leaderEpoch) {
        return new SegmentScanner(segment, position, nextOffset, leaderEpoch, 0);
    }

    private void scan(SegmentScanner scanner) throws IOException {
        scanner.scan((buffer, at, position) -> {
            int bytes = BatchHeader.sizeBytes(buffer, at);
            readBytes += bytes;
            stopped = !pace.read(bytes);
            if (stopped || !isUnchanged()) {
                throw new Enough();
            }
        });
    }

    private boolean isWhole(SegmentScanner scanner) {
        return scanner.position() == sizeBytes;
    }

    private boolean isUnchanged() {
        return segment.sizeBytes() == sizeBytes && target.isSealed(segment);
    }

    private Optional<ScrubReport.Damage> damage(int position, String what) {
        return isUnchanged() ? Optional.of(new ScrubReport.Damage(segment.path(), position, what)) : Optional.empty();
    }

    long readBytes() {
        return readBytes;
    }

    /** Whether the scrubber is to stop. */
    boolean isStopped() {
        return stopped;
    }
}
