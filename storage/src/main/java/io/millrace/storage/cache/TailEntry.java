package io.millrace.storage.cache;

import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;

/**
 * A run of batches in one piece of memory: either the buffer of one append, or a chunk into which small appends are copied one
 * after the other. Guarded by its owner's lock; the bytes below the limit never change.
 */
final class TailEntry {

    /** What an entry costs beside its bytes. */
    static final int OVERHEAD_BYTES = 160;

    private final LogTail owner;
    private final long baseOffset;
    private final int accountedBytes;
    private final boolean isChunk;
    private ByteBuffer writable;
    private ByteBuffer readable;
    private long lastOffset;

    private TailEntry(LogTail owner, long baseOffset, boolean isChunk, ByteBuffer memory, int heldBytes) {
        this.owner = owner;
        this.baseOffset = baseOffset;
        this.isChunk = isChunk;
        this.writable = memory;
        this.readable = memory.asReadOnlyBuffer();
        this.accountedBytes = heldBytes + OVERHEAD_BYTES;
    }

    /** The buffer of one append. */
    static TailEntry of(LogTail owner, long baseOffset, long lastOffset, ByteBuffer batches, int heldBytes) {
        TailEntry entry = new TailEntry(owner, baseOffset, false, batches, heldBytes);
        entry.lastOffset = lastOffset;
        return entry;
    }

    /** An empty chunk. */
    static TailEntry chunk(LogTail owner, long baseOffset, int capacityBytes) {
        TailEntry entry = new TailEntry(owner, baseOffset, true, ByteBuffer.allocate(capacityBytes), capacityBytes);
        entry.readable.limit(0);
        return entry;
    }

    LogTail owner() {
        return owner;
    }

    int accountedBytes() {
        return accountedBytes;
    }

    long baseOffset() {
        return baseOffset;
    }

    long lastOffset() {
        return lastOffset;
    }

    /** Read-only, from position to limit; null once given up. */
    ByteBuffer batches() {
        return readable;
    }

    boolean hasRoomFor(int sizeBytes) {
        return isChunk && writable.remaining() >= sizeBytes;
    }

    void copy(ByteBuffer batches, long newLastOffset) {
        writable.put(batches.duplicate());
        readable.limit(writable.position());
        lastOffset = newLastOffset;
    }

    void release() {
        writable = null;
        readable = null;
    }

    /** Where the first batch that ends at or after an offset begins. */
    int startOf(long offset) {
        int at = readable.position();
        while (at < readable.limit() && BatchHeader.lastOffset(readable, at) < offset) {
            at += BatchHeader.sizeBytes(readable, at);
        }
        return at;
    }

    /** The end of the last batch from {@code start} on that ends below an offset and fits. */
    int endWithin(int start, long limit, int maxBytes, boolean atLeastOne) {
        int at = start;
        while (at < readable.limit() && BatchHeader.lastOffset(readable, at) < limit) {
            int next = at + BatchHeader.sizeBytes(readable, at);
            if (next - start > maxBytes && !(atLeastOne && at == start)) {
                break;
            }
            at = next;
        }
        return at;
    }
}
