package io.millrace.storage.inspect;

import io.millrace.storage.file.Disk;
import io.millrace.storage.index.IndexScan;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * One index against the batches of its segment, which come by in order. Both are sorted, so one pass over each is enough. Only
 * the first wrong entry is told: what follows a wrong one says little.
 */
final class IndexCheck implements Closeable {

    private static final String ADVICE =
            "Reads could begin at the wrong place. Stop the node, remove this file, and start it: it is built again"
                    + " from the segment.";

    private final Path path;
    private final boolean times;
    private final Findings findings;

    /** Null when there is nothing to compare with, or nothing more. */
    private IndexScan index;

    private IndexScan.Entry next;
    private long lastTimestampMs = Long.MIN_VALUE;
    private long largestTimestampMs = Long.MIN_VALUE;
    private boolean complete;

    private IndexCheck(Path path, boolean times, Findings findings) {
        this.path = path;
        this.times = times;
        this.findings = findings;
    }

    /** Of an index that does not matter. */
    static IndexCheck none(Path path, boolean times, Findings findings) {
        return new IndexCheck(path, times, findings);
    }

    /**
     * @param expected whether the index of this segment ought to be there and complete
     */
    static IndexCheck open(Disk disk, Path path, boolean times, long baseOffset, boolean expected, Findings findings)
            throws IOException {
        IndexCheck check = new IndexCheck(path, times, findings);
        if (!disk.exists(path)) {
            if (expected) {
                findings.note(path, -1, "it is missing", "The next start builds it again from the segment.");
            }
            return check;
        }
        IndexScan index = IndexScan.open(disk, path);
        String doubt = index.doubt();
        if (doubt == null && index.baseOffset() != baseOffset) {
            doubt = "it says that it belongs to the segment at offset " + index.baseOffset();
        }
        if (doubt != null) {
            // A start takes no such index, whether a crash or something else made it.
            findings.note(path, 0, doubt, "The next start builds it again from the segment.");
            index.close();
            return check;
        }
        check.index = index;
        check.complete = index.isComplete();
        if (!check.complete && expected) {
            findings.note(
                    path,
                    -1,
                    "it is not complete",
                    "The node did not stop in order. The next start builds it again from the segment.");
        }
        check.next = index.next();
        return check;
    }

    /** A sound batch of the segment; in order. */
    void batch(long batchBaseOffset, int position, long maxTimestampMs) throws IOException {
        largestTimestampMs = Math.max(largestTimestampMs, maxTimestampMs);
        while (next != null && isAtOrBefore(next, batchBaseOffset, position)) {
            if (times
                    ? !isRightTime(next, batchBaseOffset, maxTimestampMs)
                    : !isRightOffset(next, batchBaseOffset, position)) {
                wrong(next.filePosition(), "its entry " + describe(next) + " fits no batch");
                return;
            }
            lastTimestampMs = next.timestampMs();
            next = index.next();
        }
    }

    private boolean isAtOrBefore(IndexScan.Entry entry, long batchBaseOffset, int position) {
        return times ? entry.batchBaseOffset() <= batchBaseOffset : entry.batchPosition() <= position;
    }

    private static boolean isRightOffset(IndexScan.Entry entry, long batchBaseOffset, int position) {
        return entry.batchPosition() == position && entry.batchBaseOffset() == batchBaseOffset;
    }

    private boolean isRightTime(IndexScan.Entry entry, long batchBaseOffset, long maxTimestampMs) {
        return entry.batchBaseOffset() == batchBaseOffset
                && entry.timestampMs() == maxTimestampMs
                && entry.timestampMs() == largestTimestampMs
                && entry.timestampMs() > lastTimestampMs;
    }

    /** After the last batch of a segment that is sound to its end. */
    void end() {
        if (next != null) {
            wrong(next.filePosition(), "its entry " + describe(next) + " points behind the last batch");
        } else if (index != null && complete && times && lastTimestampMs != largestTimestampMs) {
            wrong(-1, "its last entry is not the largest timestamp of the segment, " + largestTimestampMs);
        }
    }

    private void wrong(long position, String what) {
        findings.damage(path, position, what, ADVICE);
        next = null;
        complete = false;
    }

    private String describe(IndexScan.Entry entry) {
        return times
                ? "(timestamp " + entry.timestampMs() + ", offset " + entry.batchBaseOffset() + ")"
                : "(offset " + entry.batchBaseOffset() + ", position " + entry.batchPosition() + ")";
    }

    @Override
    public void close() throws IOException {
        if (index != null) {
            index.close();
        }
    }
}
