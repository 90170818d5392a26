package io.millrace.server;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What was sent to one partition by one idempotent producer after the other, and what became of it: the model that the log is
 * held against. A record's place in this list is the offset that it must have, because nobody else writes and a producer's
 * records are stored in order; after a crash the log ends somewhere, and what lies behind was never stored.
 *
 * <p>Sent on one thread, acknowledged on another.
 */
final class SentRecords {

    /** A record; the value of a tombstone is null. */
    private record Sent(String key, String value) {}

    private final List<Sent> records = new ArrayList<>();
    private final BitSet acknowledged = new BitSet();
    private final List<String> faults = new ArrayList<>();

    /** Notes a record before it is sent; returns the offset that it must get. */
    synchronized int add(String key, String value) {
        records.add(new Sent(key, value));
        return records.size() - 1;
    }

    synchronized void acknowledged(int expectedOffset, long offset) {
        if (offset != expectedOffset) {
            faults.add("acknowledged at offset " + offset + " instead of " + expectedOffset);
        }
        acknowledged.set(expectedOffset);
    }

    synchronized int acknowledgedCount() {
        return acknowledged.cardinality();
    }

    synchronized int size() {
        return records.size();
    }

    /** The log ends here after a crash: forgets what was not stored. Returns how many acknowledged records are lost. */
    synchronized int endedAt(long endOffset) {
        if (endOffset > records.size()) {
            faults.add("the log ends at " + endOffset + ", but only " + records.size() + " records were sent");
        }
        int end = (int) Math.min(endOffset, records.size());
        int lost = (int) acknowledged.stream().filter(offset -> offset >= end).count();
        acknowledged.clear(end, records.size());
        records.subList(end, records.size()).clear();
        return lost;
    }

    /** Holds records that were read against those that were sent: each at its place, unchanged, none twice. */
    synchronized void compare(List<ConsumerRecord<String, String>> read) {
        long next = 0;
        for (ConsumerRecord<String, String> record : read) {
            int offset = Math.toIntExact(record.offset());
            if (offset < next) {
                faults.add("offset " + offset + " came after " + (next - 1));
            } else if (offset >= records.size() || !is(records.get(offset), record)) {
                faults.add("offset " + offset + " holds " + record.key() + "=" + record.value());
            }
            next = offset + 1L;
        }
    }

    private static boolean is(Sent sent, ConsumerRecord<String, String> record) {
        return Objects.equals(sent.key(), record.key()) && Objects.equals(sent.value(), record.value());
    }

    /** The newest value of each key, tombstones applied. */
    synchronized Map<String, String> newestByKey() {
        Map<String, String> newest = new HashMap<>();
        records.forEach(record -> apply(newest, record.key(), record.value()));
        return newest;
    }

    /** As {@link #newestByKey}, from what was read. */
    static Map<String, String> newestByKey(List<ConsumerRecord<String, String>> read) {
        Map<String, String> newest = new HashMap<>();
        read.forEach(record -> apply(newest, record.key(), record.value()));
        return newest;
    }

    private static void apply(Map<String, String> newest, String key, String value) {
        if (value == null) {
            newest.remove(key);
        } else {
            newest.put(key, value);
        }
    }

    /** Duplicates, records at a wrong place, and records that nobody sent. */
    synchronized List<String> faults() {
        return List.copyOf(faults);
    }
}
