package io.millrace.storage.cache;

import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;

/**
 * A run of batches of one log in one piece of memory, into which appends are copied one after the other. Guarded by its owner's lock; the
 * bytes below the limit never change.
 */
final class TailEntry {

    private final LogTail owner;
    private final long baseOffset;
    private ByteBuffer writable;
    private ByteBuffer readable;
    private long lastOffset;

    TailEntry(LogTail owner, long baseOffset, ByteBuffer memory) {
        this.owner = owner;
        this.baseOffset = baseOffset;
        this.writable = memory;
        this.readable = memory.asReadOnlyBuffer().limit(0);
    }

    long baseOffset() {
        return baseOffset;
    }

    long lastOffset() {
        return lastOffset;
    }

    /** Read-only, from 0 to limit; null once given up. */
    ByteBuffer batches() {
        return readable;
    }

    boolean hasRoomFor(int sizeBytes) {
        return writable.remaining() >= sizeBytes;
    }

    void copy(ByteBuffer batches, long newLastOffset) {
        writable.put(batches.duplicate());
        readable.limit(writable.position());
        lastOffset = newLastOffset;
    }

    /** Its memory is wanted for something else. */
    void giveUp() {
        owner.giveUp(this);
    }

    boolean isReleased() {
        return readable == null;
    }

    void release() {
        writable = null;
        readable = null;
    }

    /** Where the first batch that ends at or after an offset begins. */
    int startOf(long offset) {
        int at = 0;
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
