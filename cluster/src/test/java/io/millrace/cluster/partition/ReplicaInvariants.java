package io.millrace.cluster.partition;

import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.PartitionLog;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Looks at all nodes after every step (§9, invariants 3 to 10). */
final class ReplicaInvariants {

    /** What was last seen of a node. */
    private static final class Seen {
        int life;
        Role role;

        /** Its reign when it was looked at last. */
        LeaderRole led;

        long highWatermark = -1;
        int leaderEpoch = -1;

        /** Over its lives: what is durable on its disk. */
        long durable;

        /** What was durable on a disk that was replaced: reports of that may be under way for a while. */
        long replacedDurable;

        long replacedAtMs;

        long durable(long nowMs) {
            return nowMs - replacedAtMs < REPORTS_UNDER_WAY_MS ? Math.max(durable, replacedDurable) : durable;
        }
    }

    /** Longer than a leader pauses. */
    private static final long REPORTS_UNDER_WAY_MS = 2_000;

    private final TopicPartition key;
    private final SimController controller;
    private final List<SimReplica> nodes;
    private final int minInSync;
    private final CommittedHistory history = new CommittedHistory();
    private final Map<Integer, Seen> seen = new HashMap<>();

    /** Who leads, or led, under each epoch. */
    private final Map<Integer, String> leaders = new HashMap<>();

    /** The largest answer to "what is the latest offset" under each epoch. */
    private final NavigableMap<Integer, Long> latestOffsets = new TreeMap<>();

    private final Trace trace;
    private final boolean lossAccepted;
    private Violation unthrown;

    /** @param lossAccepted whether leaders are elected who lack what was acknowledged: then only what holds nevertheless is looked at */
    ReplicaInvariants(
            TopicPartition key,
            SimController controller,
            List<SimReplica> nodes,
            int minInSync,
            Trace trace,
            boolean lossAccepted) {
        this.lossAccepted = lossAccepted;
        this.key = key;
        this.controller = controller;
        this.nodes = nodes;
        this.minInSync = minInSync;
        this.trace = trace;
        nodes.forEach(node -> seen.put(node.id(), new Seen()));
    }

    CommittedHistory history() {
        return history;
    }

    int elections() {
        return leaders.size();
    }

    void wiped(int node) {
        Seen before = seen.get(node);
        before.replacedDurable = before.durable(trace.nowMs());
        before.replacedAtMs = trace.nowMs();
        before.durable = 0;
    }

    /** In the step in which a node dies it may have made something durable, and said so. */
    void died(SimReplica node) {
        Partition partition = node.partition(key);
        if (partition != null) {
            Seen before = seen.get(node.id());
            before.durable = Math.max(before.durable, partition.log().offsets().durableOffset());
        }
    }

    /** Checks in the middle of a step, where others would swallow what is thrown: the next look throws it. */
    void check(Runnable check) {
        try {
            look();
            check.run();
        } catch (Violation e) {
            unthrown = unthrown == null ? e : unthrown;
        }
    }

    void look() {
        if (unthrown != null) {
            throw unthrown;
        }
        for (SimReplica node : nodes) {
            Partition partition = node.isAlive() ? node.partition(key) : null;
            if (partition != null) {
                look(node, partition, seen.get(node.id()));
            }
        }
    }

    private void look(SimReplica node, Partition partition, Seen before) {
        PartitionLog log = partition.log();
        LeaderRole leader = partition.leadingOrNull();
        String who = "node " + node.id();
        if (before.life != node.lives()) {
            before.life = node.lives();
            before.role = null;
            before.led = null;
            before.highWatermark = -1;
        }
        before.durable = log.offsets().durableOffset();
        if (leader != null && leader != before.role) {
            leads(node, log, leader, before);
        }
        long highWatermark = partition.highWatermark();
        LogOffsets offsets = log.offsets();
        Violation.unless(
                !node.isOnline()
                        || offsets.logStartOffset() <= highWatermark && highWatermark <= offsets.durableOffset(),
                "%s has a high watermark of %d outside of what is durable there, %s",
                who,
                highWatermark,
                offsets);
        if (leader == null || leader == before.role) {
            Violation.unless(
                    highWatermark >= before.highWatermark || leader == null,
                    "the high watermark of %s fell from %d to %d under leader epoch %d",
                    who,
                    before.highWatermark,
                    highWatermark,
                    before.leaderEpoch);
        }
        if (lossAccepted) {
            before.highWatermark = highWatermark;
        } else if (highWatermark != before.highWatermark) {
            // In one step it may commit as what it was, and then follow.
            moved(who, log, leader != null ? leader : before.led, before.highWatermark, highWatermark);
            before.highWatermark = highWatermark;
        }
        before.led = leader;
        if (leader != null) {
            before.role = leader;
            requireNoLowerAnswer(who, leader, highWatermark);
        }
    }

    private void leads(SimReplica node, PartitionLog log, LeaderRole leader, Seen before) {
        int epoch = leader.leaderEpoch();
        String who = node.id() + "@" + node.life().brokerEpoch();
        trace.add("%s leads epoch %d from %s", who, epoch, log.offsets());
        String other = leaders.putIfAbsent(epoch, who);
        Violation.unless(other == null || other.equals(who), "%s and %s lead under epoch %d", other, who, epoch);
        Violation.unless(
                who.equals(controller.elected(epoch)),
                "%s leads under epoch %d, for which %s was elected",
                who,
                epoch,
                controller.elected(epoch));
        Violation.unless(epoch > before.leaderEpoch, "%s led epoch %d, and now %d", who, before.leaderEpoch, epoch);
        before.leaderEpoch = epoch;
        // A leader that has been replaced meanwhile need not have what came after it.
        if (!lossAccepted && epoch == controller.model.partition().leaderEpoch()) {
            history.requireIn("the new leader " + who, log, 0, history.end());
        }
        int known = log.endOffsetForEpoch(epoch).orElseThrow().leaderEpoch();
        Violation.unless(known == epoch, "%s leads epoch %d, and its log knows only %d", who, epoch, known);
    }

    private void moved(String who, PartitionLog log, LeaderRole leader, long from, long to) {
        if (to > history.end()) {
            Violation.unless(leader != null, "%s follows, with a high watermark of %d that no leader had", who, to);
            history.grow(who, log, to);
            long copies = seen.values().stream()
                    .filter(each -> each.durable(trace.nowMs()) >= to)
                    .count();
            Violation.unless(
                    copies >= minInSync, "%s has a high watermark of %d, durable on %d nodes only", who, to, copies);
            requireEveryInSyncCopy(who, leader, to);
            trace.add("%s commits up to %d", who, to);
        } else {
            history.requireIn(who, log, Math.max(0, from), to);
        }
    }

    /** The committed set may be smaller than what the leader knows, never larger. */
    private void requireEveryInSyncCopy(String who, LeaderRole leader, long to) {
        PartitionMetadata committed = controller.model.partition();
        if (committed.leaderEpoch() == leader.leaderEpoch()) {
            for (int replica : committed.isr()) {
                Violation.unless(
                        seen.get(replica).durable(trace.nowMs()) >= to,
                        "%s has a high watermark of %d, and on node %d, which is in sync, %d is durable",
                        who,
                        to,
                        replica,
                        seen.get(replica).durable);
            }
        }
    }

    /** Invariant 8, as a client sees it that asks leaders with newer epochs later. */
    private void requireNoLowerAnswer(String who, LeaderRole leader, long highWatermark) {
        if (lossAccepted || !leader.isLatestOffsetKnown()) {
            return;
        }
        Map.Entry<Integer, Long> earlier = latestOffsets.floorEntry(leader.leaderEpoch());
        Violation.unless(
                earlier == null || highWatermark >= earlier.getValue(),
                "%s says under epoch %d that the latest offset is %d; %s was answered before",
                who,
                leader.leaderEpoch(),
                highWatermark,
                earlier);
        if (earlier == null || highWatermark > earlier.getValue() || earlier.getKey() != leader.leaderEpoch()) {
            latestOffsets.put(leader.leaderEpoch(), highWatermark);
        }
    }

    /** Two logs that agree on a batch agree on everything before it (invariant 4). */
    void compareLogs() {
        List<NavigableMap<Long, ByteBuffer>> logs = new ArrayList<>();
        for (SimReplica node : nodes) {
            Partition partition = node.isAlive() ? node.partition(key) : null;
            if (partition != null) {
                NavigableMap<Long, ByteBuffer> batches = new TreeMap<>();
                LogOffsets offsets = partition.log().offsets();
                CommittedHistory.forEach(
                        partition.log(),
                        offsets.logStartOffset(),
                        offsets.logEndOffset(),
                        batch -> batches.put(BatchHeader.baseOffset(batch, 0), batch));
                logs.add(batches);
            }
        }
        for (int one = 0; one < logs.size(); one++) {
            for (int other = one + 1; other < logs.size(); other++) {
                compare(logs.get(one), logs.get(other));
            }
        }
    }

    private static void compare(NavigableMap<Long, ByteBuffer> one, NavigableMap<Long, ByteBuffer> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return;
        }
        long from = Math.max(one.firstKey(), other.firstKey());
        boolean agreed = false;
        for (Map.Entry<Long, ByteBuffer> each : one.descendingMap().entrySet()) {
            if (each.getKey() < from) {
                return;
            }
            ByteBuffer theirs = other.get(each.getKey());
            agreed |=
                    theirs != null && BatchHeader.leaderEpoch(theirs, 0) == BatchHeader.leaderEpoch(each.getValue(), 0);
            Violation.unless(
                    !agreed || each.getValue().equals(theirs),
                    "two logs agree on a batch after offset %d, and differ there",
                    each.getKey());
        }
    }
}
