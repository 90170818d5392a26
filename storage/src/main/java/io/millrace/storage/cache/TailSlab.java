package io.millrace.storage.cache;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A large array out of which entries of any logs are cut, one after the other. It is given up as a whole, and the collector frees it when
 * the last reader of it has gone.
 *
 * <p>Thread-safe.
 */
final class TailSlab {

    private final ByteBuffer memory;
    private final int accountedBytes;

    // Guarded by this.
    private List<TailEntry> entries = new ArrayList<>();

    TailSlab(int sizeBytes) {
        this.memory = ByteBuffer.allocate(sizeBytes);
        this.accountedBytes = sizeBytes;
    }

    int accountedBytes() {
        return accountedBytes;
    }

    /** An entry with room for that many bytes; null when there is none left, or this was given up. */
    synchronized TailEntry cut(LogTail owner, long baseOffset, int sizeBytes) {
        if (entries == null || memory.remaining() < sizeBytes) {
            return null;
        }
        TailEntry entry = new TailEntry(owner, baseOffset, memory.slice(memory.position(), sizeBytes));
        memory.position(memory.position() + sizeBytes);
        entries.add(entry);
        return entry;
    }

    /** Nothing is cut out of it from now on; returns what was. */
    synchronized List<TailEntry> retire() {
        List<TailEntry> cut = entries;
        entries = null;
        return cut;
    }
}
