package io.millrace.storage.compaction;

/** What a compaction did. Cleaner thread. */
public final class CompactionStats {

    long bytesBefore;
    long bytesAfter;
    long recordsRemoved;
    long keylessRecords;
    long unreadableBatches;
    private boolean mapFull;

    /** Bytes of the segments that were rewritten. */
    public long bytesBefore() {
        return bytesBefore;
    }

    /** Bytes of what they became. */
    public long bytesAfter() {
        return bytesAfter;
    }

    public long recordsRemoved() {
        return recordsRemoved;
    }

    /** Records that were removed because they have no key; they came in when the topic was not compacted. */
    public long keylessRecords() {
        return keylessRecords;
    }

    /** Batches that were kept as they are because their records cannot be read. */
    public long unreadableBatches() {
        return unreadableBatches;
    }

    /** Whether more could be compacted at once, had the map more room. */
    public boolean mapFull() {
        return mapFull;
    }

    void mapIsFull() {
        mapFull = true;
    }
}
