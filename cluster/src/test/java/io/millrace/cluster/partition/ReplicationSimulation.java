package io.millrace.cluster.partition;

import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.simulation.SimLinks;
import io.millrace.cluster.simulation.SimWorld;
import io.millrace.storage.LogOffsets;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.crash.disk.CrashDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Three to five nodes in one thread: the real storage, partitions and replication, a model controller, disks that crash, and a network
 * that delays, loses, repeats, damages and cuts off. After every step the invariants are checked. A seed replays.
 */
final class ReplicationSimulation {

    private static final int LINK_DELAY_MAX_MS = 8;
    private static final long FAULTS_MS = 3_000;
    private static final long SETTLE_MS = 20_000;
    private static final long COMPARE_MS = 250;

    private final SimWorld world;
    private final SimLinks links;
    private final SimFetchNetwork network;
    private final SimController controller;
    private final Random random;
    private final TopicPartition key;
    private final List<SimReplica> nodes = new ArrayList<>();
    private final List<SimProducer> producers = new ArrayList<>();
    private final SimConsumer consumer;
    private final SimOtherTopic other;
    private final ReplicaInvariants invariants;
    private final Trace trace;
    private int steps;
    private int faults;
    private int careless;
    private boolean healing;
    private final boolean unclean;
    private int uncleanElections;

    /**
     * @param unclean whether somebody asks for unclean elections when nobody else can lead, and any disk may be replaced at any time. Then
     *     nothing that was acknowledged is sure, but replicas still become equal
     */
    ReplicationSimulation(long seed, boolean unclean) {
        this.unclean = unclean;
        world = new SimWorld(seed);
        random = world.random("faults");
        random.nextLong();
        trace = new Trace(world);
        links = new SimLinks(world, LINK_DELAY_MAX_MS);
        network = new SimFetchNetwork(world, links);
        int count = random.nextInt(4) > 0 ? 3 : 4 + random.nextInt(2);
        int minInSync = 2;
        controller = new SimController(world, links, minInSync);
        key = new TopicPartition(controller.model.topicId(), "t", ModelController.PARTITION);
        long tailCacheBytes = random.nextBoolean() ? 0 : 1 << 16;
        for (int id = 1; id <= count; id++) {
            SimReplica node = new SimReplica(id, world, controller, network, tailCacheBytes);
            nodes.add(node);
            controller.add(node);
            network.add(node);
        }
        invariants = new ReplicaInvariants(key, controller, nodes, minInSync, trace, unclean);
        for (int id = 1; id <= 2; id++) {
            producers.add(new SimProducer(id, world, links, controller, nodes, key, invariants));
        }
        other = new SimOtherTopic(world, controller, nodes, trace);
        consumer = new SimConsumer(world, links, controller, nodes, key, invariants);
    }

    /**
     * What came of it.
     *
     * @param trace all that happened, as one number: the same for the same seed
     */
    record Outcome(int steps, int faults, int elections, int batches, int uncleanElections, long trace) {}

    /**
     * Runs through faults, then heals everything, and waits until all is equal.
     *
     * @throws RuntimeException when something happened that must not, with the last events in its message
     */
    Outcome run() {
        try {
            return runThrough();
        } catch (RuntimeException e) {
            throw new IllegalStateException(e + System.lineSeparator() + trace, e);
        }
    }

    private Outcome runThrough() {
        for (SimReplica node : nodes) {
            node.start();
        }
        runUntil(controller::allAreIn, 1_000);
        boolean retention = random.nextInt(3) == 0;
        controller.begin(
                Map.of(TopicConfig.SEGMENT_BYTES, "1024", TopicConfig.RETENTION_BYTES, retention ? "3000" : "-1"));
        links.lossProbability(random.nextInt(3) * 0.02);
        links.repeatProbability(0.02);
        network.damageProbability(0.01);
        if (!unclean) {
            producers.forEach(SimProducer::begin);
            consumer.poll();
        }
        other.begin();
        world.after(150, "faults", this::fault);
        world.after(COMPARE_MS, "compare", this::compare);
        world.after(60, "careless", this::appendCarelessly);
        world.after(500, "deletions", this::deleteRecords);
        long end = world.milliseconds() + FAULTS_MS;
        runUntil(() -> world.milliseconds() >= end, FAULTS_MS + 1);
        heal();
        boolean settled = runUntil(this::isSettled, SETTLE_MS);
        Violation.unless(
                settled, "not all is equal and acknowledged %d ms after everything was healed: %s", SETTLE_MS, state());
        invariants.compareLogs();
        for (SimReplica node : nodes) {
            trace.add("operations of node %d: %d", node.id(), node.disk().operations());
        }
        return new Outcome(
                steps,
                faults,
                invariants.elections(),
                invariants.history().batchCount(),
                uncleanElections,
                trace.hash());
    }

    private interface Condition {
        boolean isMet();
    }

    private boolean runUntil(Condition condition, long atMostMs) {
        long deadline = world.milliseconds() + atMostMs;
        while (!condition.isMet()) {
            if (world.milliseconds() >= deadline) {
                return false;
            }
            long next = world.nextEventMs();
            if (next > world.milliseconds()) {
                world.advanceTo(Math.min(next, deadline));
                continue;
            }
            world.runNext();
            steps++;
            for (SimReplica node : nodes) {
                if (node.disk().isDead()) {
                    trace.add("node %d died in %s", node.id(), node.disk().last());
                    invariants.died(node);
                    node.crash(random.nextBoolean());
                }
            }
            invariants.look();
        }
        return true;
    }

    private void heal() {
        healing = true;
        trace.add("heal");
        links.heal();
        links.lossProbability(0);
        network.damageProbability(0);
        producers.forEach(SimProducer::stop);
        other.stop();
        for (SimReplica node : nodes) {
            node.failNothing();
            if (!node.isUp()) {
                start(node);
            }
        }
    }

    private boolean isSettled() {
        for (SimReplica node : nodes) {
            if (!node.isUp()) {
                start(node);
                return false;
            }
        }
        if (unclean) {
            return areEqual();
        }
        if (controller.model.partition().isr().size() < nodes.size()
                || !producers.stream().allMatch(producer -> producer.isDone() || mayBeForgotten(producer))
                || !other.isSettled(key.topicId())
                || consumer.position() < invariants.history().end()) {
            return false;
        }
        for (SimReplica node : nodes) {
            Partition partition = node.partition(key);
            if (partition == null
                    || partition.isOffline()
                    || partition.highWatermark() != invariants.history().end()
                    || partition.log().offsets().logEndOffset()
                            != invariants.history().end()) {
                return false;
            }
        }
        return true;
    }

    /** Retention took what it may send again: a replica that was copied since does not know that it has been there, and refuses it. */
    private boolean mayBeForgotten(SimProducer producer) {
        int leader = controller.leader();
        Partition partition = leader < 0 ? null : nodes.get(leader - 1).partition(key);
        return partition != null
                && invariants.history().newestOf(producer.id())
                        < partition.log().offsets().logStartOffset();
    }

    /** All follow the leader, but those that do not throw away what they know to have been acknowledged. */
    private boolean areEqual() {
        int leader = controller.leader();
        if (leader < 0) {
            uncleanly(nodes.get(random.nextInt(nodes.size())));
            return false;
        }
        Partition leading = nodes.get(leader - 1).partition(key);
        for (SimReplica node : nodes) {
            Partition partition = node.partition(key);
            boolean follows = leading != null
                    && partition != null
                    && controller.model.partition().isr().contains(node.id())
                    && partition.highWatermark() == partition.log().offsets().logEndOffset()
                    && partition.log().offsets().logEndOffset()
                            == leading.log().offsets().logEndOffset();
            if (!follows && (partition == null || !partition.isOffline())) {
                return false;
            }
        }
        return other.isSettled(key.topicId());
    }

    private void uncleanly(SimReplica node) {
        if (controller.electUncleanly(node.id())) {
            uncleanElections++;
            trace.add("node %d is elected uncleanly", node.id());
        }
    }

    /** One falls behind, and then all others die: it is asked to lead nevertheless. */
    private void leaveOnly(SimReplica last) {
        trace.add("node %d is to be the only one", last.id());
        for (SimReplica each : nodes) {
            links.cut(SimController.place(each.id()), SimController.place(last.id()));
            links.cut(SimController.place(last.id()), SimController.place(each.id()));
        }
        controller.fence(last.id());
        world.after(200, "unclean", () -> {
            for (SimReplica each : nodes) {
                if (each != last && !healing) {
                    crash(each);
                    controller.fence(each.id());
                }
            }
            uncleanly(last);
        });
    }

    private String state() {
        StringBuilder all = new StringBuilder();
        all.append(controller.model.partition())
                .append(", committed ")
                .append(invariants.history().end());
        for (SimReplica node : nodes) {
            Partition partition = node.partition(key);
            LogOffsets offsets = partition == null ? null : partition.log().offsets();
            all.append("; node ").append(node.id()).append(": ").append(offsets);
            if (partition != null) {
                all.append(" hw ")
                        .append(partition.highWatermark())
                        .append(partition.isOffline() ? " offline" : "")
                        .append(partition.leadingOrNull() != null ? " leads" : "");
            }
        }
        return all.append("; consumer at ")
                .append(consumer.position())
                .append("; ")
                .append(producers)
                .append("; ")
                .append(other)
                .toString();
    }

    private void compare() {
        invariants.compareLogs();
        other.look();
        world.after(COMPARE_MS, "compare", this::compare);
    }

    /** Records that nobody cares for, at whoever takes itself for the leader: they may be lost. */
    private void appendCarelessly() {
        if (healing) {
            return;
        }
        for (SimReplica node : nodes) {
            Partition partition = node.isAlive() ? node.partition(key) : null;
            if (partition != null && partition.leadingOrNull() != null) {
                SimReplica.Life life = node.life();
                TestBatch batch = TestBatch.of().record(CrashDisk.NOW_MS, "careless-" + ++careless);
                life.process.run(() -> life.service.append(new AppendCommand(key, batch.build(), Acks.LEADER, 200)));
            }
        }
        world.after(20 + random.nextInt(150), "careless", this::appendCarelessly);
    }

    /**
     * Up to anywhere below the high watermark, also in the middle of a batch. Nothing that a producer may send again: who copies the log
     * then does not know it (docs/decisions/009), and these producers do not begin again as real ones do.
     */
    private void deleteRecords() {
        if (healing) {
            return;
        }
        Random draw = world.random("deletions");
        int leader = controller.leader();
        SimReplica node = leader < 0 ? null : nodes.get(leader - 1);
        Partition partition = node != null && node.isAlive() ? node.partition(key) : null;
        if (partition != null && partition.leadingOrNull() != null && draw.nextInt(3) == 0) {
            long to = Math.min(
                    partition.highWatermark() - draw.nextInt(6),
                    invariants.history().newestOfEveryProducer());
            trace.add("delete records below %d at %d", to, node.id());
            SimReplica.Life life = node.life();
            life.process.run(() -> life.service.deleteRecords(key, Math.max(0, to)));
        }
        world.after(300 + draw.nextInt(900), "deletions", this::deleteRecords);
    }

    private void fault() {
        if (healing) {
            return;
        }
        faults++;
        SimReplica node = nodes.get(random.nextInt(nodes.size()));
        SimReplica other = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(unclean ? 18 : 14)) {
            case 0, 1 -> crash(node);
            case 2 -> {
                trace.add("node %d is to die soon", node.id());
                node.disk().crashAtOperation(node.disk().operations() + 1 + random.nextInt(40));
            }
            case 3 -> failForce(node);
            case 4, 5 -> {
                trace.add("cut %d to %d", node.id(), other.id());
                links.cut(SimController.place(node.id()), SimController.place(other.id()));
            }
            case 6 -> cutFromController(node);
            case 7, 8 -> {
                trace.add("links are healed");
                links.heal();
            }
            case 9, 10 -> {
                trace.add("elect %d", node.id());
                controller.elect(node.id());
            }
            case 11 -> pause(node);
            case 12 -> wipe(node);
            case 14, 15, 16, 17 -> leaveOnly(node);
            default -> stop(node);
        }
        for (SimReplica each : nodes) {
            if (!each.isUp() && random.nextInt(3) > 0) {
                start(each);
            }
        }
        world.after(20 + random.nextInt(250), "faults", this::fault);
    }

    private void start(SimReplica node) {
        trace.add("start %d", node.id());
        node.start();
    }

    private void crash(SimReplica node) {
        if (node.isUp()) {
            boolean powerCut = random.nextInt(3) > 0;
            trace.add("crash %d, %s", node.id(), powerCut ? "with the power" : "killed");
            node.crash(powerCut);
        }
    }

    private void failForce(SimReplica node) {
        trace.add("a force fails on %d", node.id());
        node.failForce(1 + random.nextInt(10));
    }

    /** One way or the other. */
    private void cutFromController(SimReplica node) {
        String place = SimController.place(node.id());
        boolean deaf = random.nextBoolean();
        trace.add("node %d is %s the controller", node.id(), deaf ? "not told by" : "not heard by");
        links.cut(deaf ? SimController.place() : place, deaf ? place : SimController.place());
    }

    private void pause(SimReplica node) {
        if (node.isUp()) {
            long ms = 50 + random.nextInt(900);
            trace.add("node %d pauses for %d ms", node.id(), ms);
            node.life().process.pauseUntil(world.milliseconds() + ms);
        }
    }

    /** Only when others have everything: a cluster may lose one disk at a time. */
    private void wipe(SimReplica node) {
        if (controller.fence(node.id()) || unclean) {
            trace.add("the disk of %d is replaced", node.id());
            node.wipe();
            other.wiped(node.id());
            invariants.wiped(node.id());
        }
    }

    private void stop(SimReplica node) {
        if (node.isAlive() && node.life().brokerEpoch() >= 0) {
            trace.add("stop %d", node.id());
            node.stop();
        }
    }
}
