package io.millrace.cluster.quorum;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.LeaderAndEpoch;

/** What must hold at every moment, whatever fails: looked at after each step of a simulation. */
final class QuorumInvariants {

    /** Something happened that must never happen. */
    static final class Violation extends RuntimeException {
        Violation(String what) {
            super(what);
        }
    }

    private record Committed(int epoch, long number) {}

    private final TreeMap<Long, Committed> committed = new TreeMap<>();
    private final Map<Integer, Integer> leaders = new HashMap<>();
    private final Map<Integer, Integer> epochs = new HashMap<>();
    private final Map<Integer, Long> highWatermarks = new HashMap<>();
    private final Map<Integer, TreeMap<Long, Committed>> seen = new HashMap<>();

    /** A node begins another life, in which it learns everything anew, except its epoch. */
    void began(int node) {
        highWatermarks.remove(node);
        seen.put(node, new TreeMap<>());
    }

    /** A node lost its disk, and with it all that it had promised. */
    void wiped(int node) {
        epochs.remove(node);
    }

    /** What a snapshot holds, which is taken in place of everything below its offset. */
    void loaded(int node, long endOffset, List<Long> numbers) {
        List<Long> expected = committed.headMap(endOffset).values().stream()
                .map(Committed::number)
                .toList();
        if (!expected.equals(numbers)) {
            throw new Violation("a snapshot at offset " + endOffset + " on node " + node + " has " + numbers.size()
                    + " records that are not the " + expected.size() + " that were committed");
        }
        seen.put(node, new TreeMap<>(committed.headMap(endOffset)));
    }

    /** The numbers that a node has, in order: its state. */
    List<Long> state(int node) {
        return seen.get(node).values().stream().map(Committed::number).toList();
    }

    void look(int node, KafkaRaftClient<?> client) {
        LeaderAndEpoch known = client.leaderAndEpoch();
        Integer before = epochs.put(node, known.epoch());
        if (before != null && before > known.epoch()) {
            throw new Violation("node " + node + " went back from epoch " + before + " to " + known.epoch());
        }
        if (known.isLeader(node)) {
            Integer other = leaders.putIfAbsent(known.epoch(), node);
            if (other != null && other != node) {
                throw new Violation("nodes " + other + " and " + node + " lead in epoch " + known.epoch());
            }
        }
        OptionalLong highWatermark = client.highWatermark();
        if (highWatermark.isPresent()) {
            Long last = highWatermarks.put(node, highWatermark.getAsLong());
            if (last != null && last > highWatermark.getAsLong()) {
                throw new Violation("the high watermark of node " + node + " went back from " + last + " to "
                        + highWatermark.getAsLong());
            }
        }
    }

    void committed(int node, long offset, int epoch, long number) {
        Committed record = new Committed(epoch, number);
        Committed other = committed.putIfAbsent(offset, record);
        if (other != null && !other.equals(record)) {
            throw new Violation(
                    "offset " + offset + " was committed as " + other + ", and node " + node + " has " + record);
        }
        seen.get(node).put(offset, record);
    }

    int elections() {
        return leaders.size();
    }

    int history() {
        return committed.hashCode();
    }

    int committedRecords() {
        return committed.size();
    }

    /** Whether a node has everything that was ever committed. */
    boolean hasEverything(int node) {
        return seen.get(node).equals(committed);
    }
}
