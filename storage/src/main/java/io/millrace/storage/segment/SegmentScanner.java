package io.millrace.storage.segment;

import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.file.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a segment from a position to its end, batch by batch, checking every one: length, format, checksum, offsets that go up,
 * epochs that do not go down. Used by recovery, before the log serves anybody.
 */
public final class SegmentScanner {

    private static final int BUFFER_BYTES = 1 << 20;

    /** The least that a disk writes whole. */
    private static final int SECTOR_BYTES = 512;

    /** Receives sound batches in order. */
    @FunctionalInterface
    public interface Sink {
        /** {@code buffer} holds the header at {@code at}, valid during the call; the batch begins at {@code position}. */
        void batch(ByteBuffer buffer, int at, int position) throws IOException;
    }

    private final Segment segment;
    private final long checkFromOffset;
    private long nextOffset;
    private int leaderEpoch;
    private int position;
    private boolean soundOutOfOrder;
    private boolean headerTorn;
    private boolean offsetWrong;

    /** Whether each offset has a batch. */
    private boolean contiguous;

    /** Whether offsets were skipped: the offset before it may be the wrong one. */
    private boolean gap;

    /**
     * @param nextOffset no batch begins below it
     * @param leaderEpoch no batch has a lower one
     * @param checkFromOffset below it the checksums are trusted
     */
    public SegmentScanner(Segment segment, int position, long nextOffset, int leaderEpoch, long checkFromOffset) {
        this.segment = segment;
        this.position = position;
        this.nextOffset = nextOffset;
        this.leaderEpoch = leaderEpoch;
        this.checkFromOffset = checkFromOffset;
    }

    /** There is a batch for every offset: one that skips some is not in order. */
    public SegmentScanner withoutGaps() {
        contiguous = true;
        return this;
    }

    /** Hands sound batches to the sink until the file ends ({@link #position()} is its size) or a batch is bad. */
    public void scan(Sink sink) throws IOException {
        int size = segment.sizeBytes();
        ByteBuffer buffer = ByteBuffer.allocate(Math.min(BUFFER_BYTES, size - position));
        buffer.limit(0);
        DiskFile file = segment.file().acquire();
        try {
            int at = 0;
            while (true) {
                int left = buffer.limit() - at;
                int needed = left < BatchHeader.SIZE_BYTES ? BatchHeader.SIZE_BYTES : BatchHeader.sizeBytes(buffer, at);
                if (needed < BatchHeader.SIZE_BYTES || needed > size - position) {
                    return;
                }
                if (left < BatchHeader.SIZE_BYTES || needed > left && at > 0) {
                    read(file, buffer, size);
                    at = 0;
                    if (buffer.limit() < BatchHeader.SIZE_BYTES) {
                        return;
                    }
                    continue;
                }
                if (!isInOrder(buffer, at)) {
                    soundOutOfOrder =
                            BatchHeader.magic(buffer, at) == BatchHeader.MAGIC && isCrcValid(file, buffer, at, needed);
                    offsetWrong = soundOutOfOrder && contiguous && BatchHeader.leaderEpoch(buffer, at) >= leaderEpoch;
                    headerTorn = !gap && isZeroUpToASector(buffer, at);
                    return;
                }
                if (mustCheck(buffer, at) && !isCrcValid(file, buffer, at, needed)) {
                    return;
                }
                sink.batch(buffer, at, position);
                gap |= BatchHeader.baseOffset(buffer, at) > nextOffset;
                nextOffset = BatchHeader.lastOffset(buffer, at) + 1;
                leaderEpoch = BatchHeader.leaderEpoch(buffer, at);
                position += needed;
                if (needed > left) {
                    buffer.limit(0);
                    at = 0;
                } else {
                    at += needed;
                }
            }
        } finally {
            segment.file().release();
        }
    }

    private void read(DiskFile file, ByteBuffer buffer, int size) throws IOException {
        buffer.clear().limit(Math.min(buffer.capacity(), size - position));
        file.read(buffer, position);
        buffer.flip();
    }

    private boolean isInOrder(ByteBuffer buffer, int at) {
        long base = BatchHeader.baseOffset(buffer, at);
        return BatchHeader.magic(buffer, at) == BatchHeader.MAGIC
                && (contiguous ? base == nextOffset : base >= nextOffset)
                && BatchHeader.lastOffsetDelta(buffer, at) >= 0
                && BatchHeader.leaderEpoch(buffer, at) >= leaderEpoch;
    }

    /** A sector that begins behind the length leaves nothing that could be taken for a batch. */
    private boolean isZeroUpToASector(ByteBuffer buffer, int at) {
        int lost = SECTOR_BYTES - position % SECTOR_BYTES;
        for (int i = 0; i < lost; i++) {
            if (i == BatchHeader.LENGTH_OVERHEAD || buffer.get(at + i) != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean mustCheck(ByteBuffer buffer, int at) {
        return BatchHeader.lastOffset(buffer, at) >= checkFromOffset;
    }

    private boolean isCrcValid(DiskFile file, ByteBuffer buffer, int at, int sizeBytes) throws IOException {
        return buffer.limit() - at >= sizeBytes
                ? BatchHeader.isCrcValid(buffer, at)
                : BatchChecksum.isValid(file, position, sizeBytes);
    }

    /**
     * Whether the scan ended at a batch that is sound in itself, but does not continue those before it. Base offset and leader
     * epoch are not under a checksum: one of them is wrong, there or earlier. No crash does that, except when {@link #isHeaderTorn}.
     */
    public boolean isSoundOutOfOrder() {
        return soundOutOfOrder;
    }

    /**
     * Whether the batch at which the scan ended lacks its first bytes, those up to where a sector begins: what a power cut leaves of a
     * batch that was not forced. With the rest of it in place its checksum is right.
     */
    public boolean isHeaderTorn() {
        return headerTorn;
    }

    /**
     * Whether the batch at which the scan ended is known to have the wrong base offset: those before it leave only one that is right, and
     * nothing else is wrong with it.
     */
    public boolean isOffsetWrong() {
        return offsetWrong;
    }

    /** The end of the last sound batch. */
    public int position() {
        return position;
    }

    /** The offset after the last sound batch. */
    public long nextOffset() {
        return nextOffset;
    }

    public int leaderEpoch() {
        return leaderEpoch;
    }
}
