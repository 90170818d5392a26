package io.millrace.cluster.quorum;

import io.millrace.cluster.quorum.QuorumInvariants.Violation;
import io.millrace.cluster.simulation.SimWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.raft.VoterSet;

/**
 * The real Raft client over our log, channel and request handling, several times in one thread: with a virtual clock, disks that crash in
 * the middle of what they do, and a network that loses, delays, repeats and cuts off. A seed replays.
 */
final class QuorumSimulation {

    private static final long FAULTS_MS = 25_000;
    private static final long SETTLE_MS = 30_000;

    private final SimWorld world;
    private final SimNetwork network;
    private final Random random;
    private final QuorumInvariants invariants = new QuorumInvariants();
    private final List<SimNode> nodes = new ArrayList<>();
    private long nextNumber = 1;
    private final Path directory;
    private final long seed;
    private boolean wiped;
    private boolean healing;

    QuorumSimulation(long seed, Path directory, int nodeCount, SimDisk.Lie lie) throws IOException {
        this.directory = directory;
        this.seed = seed;
        world = new SimWorld(seed);
        network = new SimNetwork(world);
        random = world.random("faults");
        Map<Integer, VoterSet.VoterNode> voters = new HashMap<>();
        for (int id = 1; id <= nodeCount; id++) {
            voters.put(id, LoneVoter.voter(SimNode.settings(id, directory, nodeCount)));
        }
        for (int id = 1; id <= nodeCount; id++) {
            Path home = directory.resolve("seed-" + seed + "-node-" + id);
            Files.createDirectories(MetadataSnapshots.directory(home));
            LoneVoter.write(MetadataSnapshots.directory(home), VoterSet.fromMap(voters));
            SimDisk disk = new SimDisk(world.random("disk-" + id), lie);
            nodes.add(new SimNode(id, home, nodeCount, world, network, disk, invariants));
        }
    }

    /**
     * What came of it.
     *
     * @param history of all that was committed, as one number: the same for the same seed
     */
    record Outcome(int records, int elections, int crashes, int history) {}

    /**
     * Runs through faults, then heals everything.
     *
     * @throws Violation when something happened that must not
     */
    Outcome run() throws IOException {
        for (SimNode node : nodes) {
            node.disk.crashProbability(0.002);
            node.start();
        }
        network.lossProbability(0.02);
        world.after(200, "faults", this::fault);
        world.after(50, "clients", this::append);
        world.after(1_500, "snapshots", this::snapshot);
        runUntil(world.milliseconds() + FAULTS_MS);

        healing = true;
        network.heal();
        network.lossProbability(0);
        for (SimNode node : nodes) {
            node.disk.crashProbability(0);
            if (!node.isUp()) {
                node.start();
            }
        }
        int before = invariants.committedRecords();
        long deadline = world.milliseconds() + SETTLE_MS;
        while (world.milliseconds() < deadline && !isSettled(before)) {
            runUntil(world.milliseconds() + 100);
        }
        if (!isSettled(before)) {
            throw new Violation("not all nodes have what was committed, or nothing can be committed any more, "
                    + SETTLE_MS + " ms after everything was healed");
        }
        return new Outcome(
                invariants.committedRecords(),
                invariants.elections(),
                nodes.stream().mapToInt(SimNode::crashes).sum(),
                invariants.history());
    }

    private boolean isSettled(int committedBefore) {
        return invariants.committedRecords() > committedBefore
                && nodes.stream().allMatch(node -> invariants.hasEverything(node.settings.nodeId()));
    }

    private void runUntil(long untilMs) {
        while (world.milliseconds() < untilMs) {
            boolean busy = world.runDue();
            for (SimNode node : nodes) {
                if (node.isRunnable()) {
                    node.poll();
                    busy = true;
                }
            }
            if (!busy) {
                world.advanceTo(Math.min(untilMs, nextMs()));
            }
        }
    }

    private long nextMs() {
        long next = world.nextEventMs();
        for (SimNode node : nodes) {
            next = Math.min(next, node.wakeAtMs());
        }
        return next;
    }

    private void append() {
        for (SimNode node : nodes) {
            if (node.isLeader()) {
                node.append(nextNumber++);
            }
        }
        // The end is only reached when everybody has the last one: then nobody appends beside it.
        world.after(healing ? 2_000 : 5 + random.nextInt(60), "clients", this::append);
    }

    private void snapshot() {
        SimNode node = nodes.get(random.nextInt(nodes.size()));
        if (node.isUp()) {
            node.snapshot();
        }
        world.after(1_000 + random.nextInt(3_000), "snapshots", this::snapshot);
    }

    /** Once: with two of three disks nothing may be lost. */
    private void wipe(SimNode node) {
        if (wiped || nodes.size() < 3) {
            return;
        }
        wiped = true;
        int id = node.settings.nodeId();
        SimDisk empty = new SimDisk(world.random("empty-disk-" + id), SimDisk.Lie.NONE);
        empty.crashProbability(0.002);
        node.wipe(directory.resolve("seed-" + seed + "-empty-" + id), empty);
    }

    private void fault() {
        if (healing) {
            return;
        }
        SimNode node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> {
                if (node.isUp()) {
                    node.crash();
                }
            }
            case 4, 5 ->
                network.cut(
                        node.settings.ownAddress(),
                        nodes.get(random.nextInt(nodes.size())).settings.ownAddress());
            case 6, 7 -> network.heal();
            case 8 -> wipe(node);
            default -> node.disk.settle();
        }
        for (SimNode each : nodes) {
            if (!each.isUp() && random.nextInt(3) == 0) {
                try {
                    each.start();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        world.after(100 + random.nextInt(900), "faults", this::fault);
    }
}
