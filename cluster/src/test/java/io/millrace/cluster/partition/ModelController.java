package io.millrace.cluster.partition;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.replication.IsrCommitter.Answer;
import io.millrace.cluster.replication.IsrCommitter.Committed;
import io.millrace.cluster.replication.IsrCommitter.Ineligible;
import io.millrace.cluster.replication.IsrCommitter.Member;
import io.millrace.cluster.replication.IsrCommitter.Proposal;
import io.millrace.cluster.replication.IsrCommitter.Stale;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Decides about one topic as the controller does (registration, fencing, elections from ISR and ELR, AlterPartition), in memory and at once. Every
 * change is committed; who hears of it, and when, is the test's business.
 */
final class ModelController {

    static final int PARTITION = 0;

    private final UUID topicId;
    private final UUID clusterId;
    private final int minInSync;
    private final Map<Integer, BrokerMetadata> brokers = new HashMap<>();
    private TopicMetadata topic;

    /** One that comes and goes, null while there is none. Led by its first replica or by nobody; its in-sync replicas never change. */
    private TopicMetadata other;

    private Map<String, String> config = Map.of();
    private PartitionMetadata partition;
    private long version;

    ModelController(int minInSync) {
        this(minInSync, UUID.randomUUID());
    }

    ModelController(int minInSync, UUID topicId) {
        this.minInSync = minInSync;
        this.topicId = topicId;
        this.clusterId = topicId;
    }

    UUID topicId() {
        return topicId;
    }

    /** A new process life of a node; returns its epoch. It was fenced before. */
    synchronized long register(int node) {
        version++;
        brokers.put(node, new BrokerMetadata(node, version, "localhost", 9092, null, null, null, false, false));
        electIfLeaderless();
        return version;
    }

    /**
     * A new process life of a node, which is fenced until {@link #unfence}.
     *
     * @param blank whether its disk is another one: then it has nothing of what it had
     */
    synchronized void registerFenced(int node, boolean blank) {
        version++;
        brokers.put(node, new BrokerMetadata(node, version, "localhost", 9092, null, null, null, true, false));
        settleOther();
        if (blank && partition != null) {
            settle(without(partition.isr(), node), List.of(node));
        }
    }

    synchronized void create(List<Integer> replicas) {
        version++;
        change(p -> new PartitionMetadata(PARTITION, replicas.get(0), 0, 0, replicas, replicas));
    }

    synchronized void configure(Map<String, String> changed) {
        version++;
        config = changed;
        change(p -> p);
    }

    synchronized void delete() {
        version++;
        topic = null;
        partition = null;
    }

    /** Makes the other topic, under its name and a new id. */
    synchronized void createOther(UUID id, List<Integer> replicas) {
        version++;
        int leader = isActive(replicas.get(0)) ? replicas.get(0) : PartitionMetadata.NO_LEADER;
        PartitionMetadata made = new PartitionMetadata(PARTITION, leader, 0, 0, replicas, replicas);
        other = new TopicMetadata("other", id, List.of(made), Map.of(), 1);
    }

    synchronized void deleteOther() {
        version++;
        other = null;
    }

    /** Its id and its leader, or null. */
    synchronized TopicMetadata other() {
        return other;
    }

    private void settleOther() {
        if (other == null) {
            return;
        }
        PartitionMetadata p = other.partitions().get(0);
        int first = p.replicas().get(0);
        int leader = isActive(first) ? first : PartitionMetadata.NO_LEADER;
        if (leader != p.leader()) {
            PartitionMetadata next = new PartitionMetadata(
                    PARTITION, leader, p.leaderEpoch() + 1, p.partitionEpoch() + 1, p.replicas(), p.isr());
            other = new TopicMetadata(other.name(), other.id(), List.of(next), other.config(), 1);
        }
    }

    /** Takes a node for dead: it leaves the ISR, and what it led is led by another member, of the ELR if need be. */
    synchronized void fence(int node) {
        version++;
        mark(node, true, false);
        settleOther();
        if (partition != null) {
            settle(without(partition.isr(), node), List.of());
        }
    }

    /** It is heard of again, in the same life. */
    synchronized void unfence(int node) {
        version++;
        mark(node, false, false);
        settleOther();
        electIfLeaderless();
    }

    synchronized void stopping(int node) {
        version++;
        mark(node, false, true);
    }

    /** Moves the leadership to a member of the ISR. */
    synchronized void elect(int leader) {
        if (!partition.isr().contains(leader)) {
            throw new IllegalStateException(leader + " is not in sync: " + partition.isr());
        }
        version++;
        commit(leader, partition.leaderEpoch() + 1, partition.isr(), partition.elr(), partition.recovering());
    }

    /** Moves the partition to other nodes; the leader stays. Those that are in sync come into the ISR when they are. */
    synchronized void reassign(List<Integer> replicas) {
        version++;
        change(p -> new PartitionMetadata(
                PARTITION,
                p.leader(),
                p.leaderEpoch(),
                p.partitionEpoch() + 1,
                replicas,
                p.isr().stream().filter(replicas::contains).toList()));
    }

    /** Makes a replica leader whatever it has. */
    synchronized void electUncleanly(int leader) {
        version++;
        commit(leader, partition.leaderEpoch() + 1, List.of(leader), List.of(), true);
    }

    private void electIfLeaderless() {
        if (partition != null && partition.leader() == PartitionMetadata.NO_LEADER) {
            settle(partition.isr(), List.of());
        }
    }

    /**
     * Takes over other in-sync replicas, with what follows from them (KIP-966): who was in sync stays eligible while fewer than
     * min.insync.replicas are; a leader that is alive and in sync stays; when nobody is in sync, one that is eligible leads.
     *
     * @param blank nodes that have nothing any more
     */
    private void settle(List<Integer> inSync, List<Integer> blank) {
        PartitionMetadata p = partition;
        List<Integer> eligible = eligible(inSync);
        eligible.removeAll(blank);
        List<Integer> isr = inSync;
        List<Integer> candidates = new ArrayList<>(List.of(p.leader()));
        candidates.addAll(p.replicas());
        List<Integer> from = isr.isEmpty() ? eligible : isr;
        int leader = candidates.stream()
                .filter(node -> from.contains(node) && isActive(node))
                .findFirst()
                .orElse(PartitionMetadata.NO_LEADER);
        if (leader != PartitionMetadata.NO_LEADER && isr.isEmpty()) {
            isr = List.of(leader);
            eligible.remove((Integer) leader);
        }
        if (leader != p.leader() || !isr.equals(p.isr()) || !eligible.equals(p.elr())) {
            commit(leader, leader == p.leader() ? p.leaderEpoch() : p.leaderEpoch() + 1, isr, eligible, p.recovering());
        }
    }

    private List<Integer> eligible(List<Integer> inSync) {
        List<Integer> eligible = new ArrayList<>();
        if (inSync.size() < minInSync) {
            Stream.concat(partition.elr().stream(), partition.isr().stream())
                    .filter(node -> !inSync.contains(node))
                    .distinct()
                    .forEach(eligible::add);
        }
        return eligible;
    }

    private boolean isActive(int node) {
        BrokerMetadata broker = brokers.get(node);
        return broker != null && !broker.fenced() && !broker.stopping();
    }

    /** AlterPartition (§4): {@code brokerEpoch} is that of the sender. */
    synchronized Answer alter(int sender, long brokerEpoch, Proposal proposal) {
        List<Integer> wanted = proposal.isr().stream().map(Member::nodeId).toList();
        if (partition == null
                || !proposal.partition().topicId().equals(topicId)
                || partition.leader() != sender
                || brokers.get(sender).epoch() != brokerEpoch
                || proposal.leaderEpoch() != partition.leaderEpoch()) {
            return new Stale("not the leader of that epoch");
        }
        if (wanted.equals(partition.isr()) && proposal.recovering() == partition.recovering()) {
            return committedState();
        }
        if (proposal.partitionEpoch() != partition.partitionEpoch()) {
            return new Stale("partition epoch " + partition.partitionEpoch());
        }
        for (Member member : proposal.isr()) {
            BrokerMetadata broker = brokers.get(member.nodeId());
            if (broker == null || broker.fenced() || broker.stopping() || broker.epoch() != member.brokerEpoch()) {
                return new Ineligible("node " + member.nodeId());
            }
        }
        version++;
        commit(partition.leader(), partition.leaderEpoch(), wanted, eligible(wanted), proposal.recovering());
        return committedState();
    }

    private Committed committedState() {
        return new Committed(
                partition.leaderEpoch(), partition.partitionEpoch(), partition.isr(), partition.recovering());
    }

    private void commit(int leader, int leaderEpoch, List<Integer> isr, List<Integer> elr, boolean recovering) {
        change(p -> new PartitionMetadata(
                PARTITION,
                leader,
                leaderEpoch,
                p.partitionEpoch() + 1,
                p.replicas(),
                isr,
                elr,
                List.of(),
                List.of(),
                recovering));
    }

    private void change(UnaryOperator<PartitionMetadata> next) {
        partition = next.apply(partition);
        topic = new TopicMetadata("t", topicId, List.of(partition), config, minInSync);
    }

    private void mark(int node, boolean fenced, boolean stopping) {
        BrokerMetadata b = brokers.get(node);
        brokers.put(node, new BrokerMetadata(node, b.epoch(), b.host(), b.port(), null, null, null, fenced, stopping));
    }

    private static List<Integer> without(List<Integer> nodes, int node) {
        List<Integer> result = new ArrayList<>(nodes);
        result.remove((Integer) node);
        return result;
    }

    synchronized PartitionMetadata partition() {
        return partition;
    }

    synchronized boolean isFenced(int node) {
        return brokers.get(node).fenced();
    }

    synchronized boolean isKnown(int node) {
        return brokers.containsKey(node);
    }

    /** The epoch of a node's newest registration. */
    synchronized long brokerEpoch(int node) {
        return brokers.get(node).epoch();
    }

    synchronized long version() {
        return version;
    }

    synchronized ClusterImage image() {
        Map<String, TopicMetadata> byName = new HashMap<>();
        Map<UUID, TopicMetadata> byId = new HashMap<>();
        Stream.of(topic, other).filter(Objects::nonNull).forEach(each -> {
            byName.put(each.name(), each);
            byId.put(each.id(), each);
        });
        return new ClusterImage(version, clusterId, -1, brokers, byName, byId);
    }
}
