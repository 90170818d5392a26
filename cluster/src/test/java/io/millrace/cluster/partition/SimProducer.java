package io.millrace.cluster.partition;

import io.millrace.cluster.simulation.SimLinks;
import io.millrace.cluster.simulation.SimWorld;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.crash.disk.CrashDisk;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** An idempotent producer with several requests under way: it sends again, in order, what it has no answer for. */
final class SimProducer {

    /** What the log remembers of a producer to find duplicates by is one more. */
    private static final int UNDER_WAY_MAX = 4;

    private static final int SEND_TIMEOUT_MS = 500;
    private static final int APPEND_TIMEOUT_MS = 300;

    private static final class Batch {
        final int number;
        final int sequence;
        final int records;
        boolean underWay;
        int attempt;

        Batch(int number, int sequence, int records) {
            this.number = number;
            this.sequence = sequence;
            this.records = records;
        }
    }

    private final long id;
    private final String place;
    private final SimWorld world;
    private final SimLinks links;
    private final SimController controller;
    private final List<SimReplica> nodes;
    private final TopicPartition key;
    private final ReplicaInvariants invariants;
    private final Random random;
    private final ArrayDeque<Batch> unacknowledged = new ArrayDeque<>();
    private int nextNumber;
    private int nextSequence;
    private Throwable lastFailure;
    private boolean stopping;

    SimProducer(
            long id,
            SimWorld world,
            SimLinks links,
            SimController controller,
            List<SimReplica> nodes,
            TopicPartition key,
            ReplicaInvariants invariants) {
        this.id = id;
        this.place = "producer-" + id;
        this.world = world;
        this.links = links;
        this.controller = controller;
        this.nodes = nodes;
        this.key = key;
        this.invariants = invariants;
        this.random = world.random(place);
    }

    void begin() {
        world.after(random.nextInt(30), place, this::work);
    }

    /** Sends nothing new from now on. */
    void stop() {
        stopping = true;
    }

    long id() {
        return id;
    }

    boolean isDone() {
        return unacknowledged.isEmpty();
    }

    @Override
    public String toString() {
        return place + " waits for " + unacknowledged.size() + ", the last failure was " + lastFailure;
    }

    private void work() {
        boolean full = !unacknowledged.isEmpty() && nextNumber - unacknowledged.peek().number >= UNDER_WAY_MAX;
        if (!stopping && !full) {
            Batch batch = new Batch(nextNumber++, nextSequence, 1 + random.nextInt(3));
            nextSequence += batch.records;
            unacknowledged.add(batch);
        }
        SimReplica target = target();
        for (Batch batch : new ArrayList<>(unacknowledged)) {
            if (!batch.underWay) {
                send(batch, target);
            }
        }
        world.after(10 + random.nextInt(30), place, this::work);
    }

    /** Mostly the leader. */
    private SimReplica target() {
        int leader = controller.leader();
        return leader < 0 || random.nextInt(6) == 0 ? nodes.get(random.nextInt(nodes.size())) : nodes.get(leader - 1);
    }

    private void send(Batch batch, SimReplica target) {
        batch.underWay = true;
        int attempt = ++batch.attempt;
        world.after(SEND_TIMEOUT_MS, place, () -> failed(batch, attempt));
        String there = SimController.place(target.id());
        links.send(place, there, () -> {
            SimReplica.Life life = target.life();
            if (life == null) {
                links.send(there, place, () -> failed(batch, attempt));
                return;
            }
            life.process.run(() -> life.service
                    .append(new AppendCommand(key, build(batch).build(), Acks.ALL, APPEND_TIMEOUT_MS))
                    .onComplete(done -> {
                        if (!life.process.isAlive()) {
                            return;
                        }
                        if (done.failed()) {
                            lastFailure = done.cause();
                            links.send(there, place, () -> failed(batch, attempt));
                            return;
                        }
                        long offset = done.result().baseOffset();
                        invariants.check(() -> invariants.history().requireAt(offset, id, batch.sequence));
                        links.send(there, place, () -> unacknowledged.remove(batch));
                    }));
        });
    }

    private TestBatch build(Batch batch) {
        TestBatch built = TestBatch.of().producer(id, 0, batch.sequence);
        for (int i = 0; i < batch.records; i++) {
            built.record(CrashDisk.NOW_MS, id + "-" + (batch.sequence + i) + "-" + "x".repeat(i * 40));
        }
        return built;
    }

    private void failed(Batch batch, int attempt) {
        if (batch.attempt == attempt) {
            batch.underWay = false;
        }
    }
}
