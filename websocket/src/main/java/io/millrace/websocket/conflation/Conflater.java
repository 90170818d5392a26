package io.millrace.websocket.conflation;

import io.millrace.cluster.record.RecordHeader;
import io.millrace.cluster.record.StreamRecord;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps of the records of one partition the newest of each thing, in the order of their offsets, and counts what it stands for.
 * Records that say of nothing what they are about (no key; nothing at the path) are all kept. A tombstone is a record like
 * others.
 *
 * <p>Bounded: when {@link #isFull} says so, what is kept has to be sent.
 */
public final class Conflater {

    /** What an entry costs beside the bytes of its record: map, key, record and arrays. */
    private static final int ENTRY_BYTES = 200;

    private final PathValue path;
    private final ConflationBudget budget;

    /** By access: the one that is replaced moves to the end, where its offset belongs. */
    private final Map<Object, KeptRecord> kept = new LinkedHashMap<>(64, 0.75f, true);

    private long bytes;

    public Conflater(ConflateBy by, ConflationBudget budget) {
        this.path = by.decodesValues() ? new PathValue(by.path()) : null;
        this.budget = budget;
    }

    /** Takes the next record; its offset is above that of all before it. */
    public void add(StreamRecord record) {
        byte[] thing = path == null ? record.key() : path.of(record.value());
        if (thing == null) {
            keep(new Object(), record);
            return;
        }
        Thing key = new Thing(thing);
        KeptRecord older = kept.get(key);
        if (older == null) {
            keep(key, record);
        } else {
            account(sizeBytes(record) - sizeBytes(older.record()));
            older.replaceBy(record);
        }
    }

    private void keep(Object key, StreamRecord record) {
        kept.put(key, new KeptRecord(record));
        account(sizeBytes(record));
    }

    /** Whether nothing more should be added before what is kept was sent. */
    public boolean isFull() {
        return budget.isUsedUp(kept.size(), bytes);
    }

    /** What is kept, in the order of offsets; valid until the next call. */
    public Collection<KeptRecord> kept() {
        return kept.values();
    }

    public boolean isEmpty() {
        return kept.isEmpty();
    }

    /** The memory that is held. */
    public long sizeBytes() {
        return bytes;
    }

    /** Forgets what is kept with offsets below this one. */
    public void forgetBelow(long offset) {
        Iterator<KeptRecord> oldest = kept.values().iterator();
        while (oldest.hasNext()) {
            StreamRecord record = oldest.next().record();
            if (record.offset() >= offset) {
                return;
            }
            oldest.remove();
            account(-sizeBytes(record));
        }
    }

    /** Forgets everything. */
    public void clear() {
        kept.clear();
        account(-bytes);
    }

    private void account(long change) {
        bytes += change;
        budget.nodeBytes().addAndGet(change);
    }

    private static long sizeBytes(StreamRecord record) {
        long size = ENTRY_BYTES + length(record.key()) + length(record.value());
        for (RecordHeader header : record.headers()) {
            size += header.name().length() + length(header.value());
        }
        return size;
    }

    private static long length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    /** Bytes to look up by. Comparable, so that a map finds its way among keys that were made to have one hash. */
    private static final class Thing implements Comparable<Thing> {
        private final byte[] bytes;
        private final int hash;

        Thing(byte[] bytes) {
            this.bytes = bytes;
            this.hash = Arrays.hashCode(bytes);
        }

        @Override
        public int compareTo(Thing other) {
            return Arrays.compare(bytes, other.bytes);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Thing thing && hash == thing.hash && Arrays.equals(bytes, thing.bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
