package io.millrace.cluster.group.member;

import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who has which partition, and what was committed of it: writes down whatever must not be. Thread-safe. */
final class OwnershipLedger {

    private static final class Entry {
        private Object owner;

        /** The largest position whose commit was answered. */
        private long confirmed;

        /** The largest position that somebody wanted to commit. */
        private long attempted;
    }

    private final Map<TopicPartition, Entry> entries = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private int commits;

    synchronized void taken(Object owner, TopicPartition partition, long committedOffset) {
        Entry entry = entries.computeIfAbsent(partition, key -> new Entry());
        if (entry.owner != null) {
            violations.add(partition + " was given to " + owner + " while " + entry.owner + " has it");
        }
        long begin = Math.max(0, committedOffset);
        if (begin < entry.confirmed || begin > entry.attempted) {
            violations.add(partition + " begins at " + begin + " for " + owner + ", while " + entry.confirmed
                    + " was committed and not more than " + entry.attempted + " wanted");
        }
        entry.owner = owner;
        entry.confirmed = begin;
        entry.attempted = begin;
    }

    synchronized void attempt(Object owner, TopicPartition partition, long position) {
        Entry entry = entries.get(partition);
        if (entry.owner != owner) {
            violations.add(owner + " commits " + partition + ", which is not its own");
        }
        entry.attempted = Math.max(entry.attempted, position);
    }

    synchronized void confirm(Object owner, TopicPartition partition, long position) {
        Entry entry = entries.get(partition);
        commits++;
        if (entry.owner == owner) {
            entry.confirmed = Math.max(entry.confirmed, position);
        }
    }

    synchronized void given(Object owner, TopicPartition partition) {
        Entry entry = entries.get(partition);
        if (entry.owner == owner) {
            entry.owner = null;
        }
    }

    synchronized void violation(String what) {
        violations.add(what);
    }

    /** How many partitions somebody has. */
    synchronized int owned() {
        return (int)
                entries.values().stream().filter(each -> each.owner != null).count();
    }

    synchronized int commits() {
        return commits;
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }
}
