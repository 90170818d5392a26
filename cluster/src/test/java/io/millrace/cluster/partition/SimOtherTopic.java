package io.millrace.cluster.partition;

import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.simulation.SimWorld;
import io.millrace.storage.TestBatch;
import io.millrace.storage.TopicPartition;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.crash.disk.CrashDisk;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * A topic that is deleted and made again, under its old name and a new id, while nodes die and hear late of it: no record of an earlier
 * one is ever in a later one, and in the end nobody keeps anything of those that are gone (§4).
 */
final class SimOtherTopic {

    private static final String PLACE = "other-topic";

    private final SimWorld world;
    private final SimController controller;
    private final List<SimReplica> nodes;
    private final Trace trace;
    private final Random random;
    private int made;
    private boolean stopping;

    SimOtherTopic(SimWorld world, SimController controller, List<SimReplica> nodes, Trace trace) {
        this.world = world;
        this.controller = controller;
        this.nodes = nodes;
        this.trace = trace;
        this.random = world.random(PLACE);
    }

    void begin() {
        world.after(100, PLACE, this::change);
        world.after(100, PLACE, this::append);
    }

    void stop() {
        stopping = true;
    }

    private void change() {
        if (stopping) {
            return;
        }
        if (controller.model.other() != null) {
            delete();
        }
        // Also at once: then a node may hear of the new one first.
        if (random.nextBoolean()) {
            List<Integer> ids =
                    new ArrayList<>(nodes.stream().map(SimReplica::id).toList());
            Collections.shuffle(ids, random);
            made++;
            trace.add("topic other is made, number %d", made);
            controller.createOther(new UUID(2, made), ids.subList(0, 2));
        }
        world.after(50 + random.nextInt(500), PLACE, this::change);
    }

    private void delete() {
        trace.add("topic other is deleted");
        controller.deleteOther();
    }

    /** Its first replica, which alone can lead it, has another disk. */
    void wiped(int node) {
        TopicMetadata present = controller.model.other();
        if (present != null && present.partitions().get(0).replicas().get(0) == node) {
            delete();
        }
    }

    private void append() {
        if (stopping) {
            return;
        }
        TopicMetadata present = controller.model.other();
        SimReplica node = nodes.get(random.nextInt(nodes.size()));
        if (present != null && node.isAlive()) {
            TopicPartition key = key(present);
            byte[] value = present.id().toString().getBytes(StandardCharsets.UTF_8);
            TestBatch batch = new TestBatch().record(CrashDisk.NOW_MS, null, value);
            SimReplica.Life life = node.life();
            life.process.run(() -> life.service.append(new AppendCommand(key, batch.build(), Acks.LEADER, 200)));
        }
        world.after(10 + random.nextInt(40), PLACE, this::append);
    }

    private static TopicPartition key(TopicMetadata topic) {
        return new TopicPartition(topic.id(), topic.name(), ModelController.PARTITION);
    }

    /** All that is in a log was sent to the topic with its id. */
    void look() {
        for (SimReplica node : nodes) {
            for (int number = 1; number <= made; number++) {
                UUID id = new UUID(2, number);
                Partition partition = node.isAlive()
                        ? node.partition(new TopicPartition(id, "other", ModelController.PARTITION))
                        : null;
                if (partition != null && node.isOnline()) {
                    CommittedHistory.forEach(
                            partition.log(),
                            partition.log().offsets().logStartOffset(),
                            partition.log().offsets().logEndOffset(),
                            batch -> Violation.unless(
                                    TestBatch.values(batch).equals(List.of(id.toString())),
                                    "node %d has %s at offset %d of topic %s",
                                    node.id(),
                                    TestBatch.values(batch),
                                    BatchHeader.baseOffset(batch, 0),
                                    id));
                }
            }
        }
    }

    /** Whether every node has what it should, and nothing else. */
    boolean isSettled(UUID always) {
        TopicMetadata present = controller.model.other();
        for (SimReplica node : nodes) {
            Set<UUID> wanted = new HashSet<>(Set.of(always));
            if (present != null && present.partitions().get(0).replicas().contains(node.id())) {
                wanted.add(present.id());
            }
            if (!node.isUp() || !node.topics().equals(wanted)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        TopicMetadata present = controller.model.other();
        StringBuilder all = new StringBuilder("other is " + (present == null ? "gone" : present.id()));
        for (SimReplica node : nodes) {
            if (node.isUp()) {
                all.append(", node ").append(node.id()).append(" has ").append(node.topics());
            }
        }
        return all.toString();
    }
}
