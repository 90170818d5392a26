package io.millrace.cluster.partition;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.replication.IsrCommitter.Answer;
import io.millrace.cluster.replication.IsrCommitter.Proposal;
import io.millrace.cluster.simulation.SimLinks;
import io.millrace.cluster.simulation.SimWorld;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * The controller of a simulation: never fails, but is reached over links that do. Registers lives, fences those it does not hear of,
 * and tells everyone what is committed, late or not at all.
 */
final class SimController {

    private static final String PLACE = "controller";
    private static final long SESSION_MS = 500;
    private static final long LOOK_MS = 50;
    private static final long ANSWER_TIMEOUT_MS = 400;

    private final SimWorld world;
    private final SimLinks links;
    private final Map<Integer, SimReplica> nodes = new TreeMap<>();

    /** The newest life that registered, of each node. */
    private final Map<Integer, Integer> lives = new HashMap<>();

    private final Map<Integer, Long> heardOfMs = new HashMap<>();

    /** Who was made leader under each leader epoch: node and broker epoch. */
    private final Map<Integer, String> elected = new HashMap<>();

    final ModelController model;

    SimController(SimWorld world, SimLinks links, int minInSync) {
        this.world = world;
        this.links = links;
        this.model = new ModelController(minInSync, new UUID(1, 1));
    }

    void add(SimReplica node) {
        nodes.put(node.id(), node);
    }

    boolean allAreIn() {
        return nodes.keySet().stream().allMatch(id -> model.isKnown(id) && !model.isFenced(id));
    }

    /** Everybody is registered: a topic is made. */
    void begin(Map<String, String> topicConfig) {
        model.create(List.copyOf(nodes.keySet()));
        model.configure(topicConfig);
        publish();
        world.after(LOOK_MS, PLACE, this::look);
    }

    private void look() {
        for (int id : nodes.keySet()) {
            if (!model.isFenced(id) && world.milliseconds() - heardOfMs.get(id) > SESSION_MS) {
                model.fence(id);
                publish();
            }
        }
        world.after(LOOK_MS, PLACE, this::look);
    }

    /** A life asks for its broker epoch; answered as often as it asks. {@code blank}: none had one on this disk before. */
    void register(int id, int life, boolean blank, LongConsumer answer) {
        links.send(place(id), PLACE, () -> {
            int known = lives.getOrDefault(id, -1);
            if (life < known) {
                return;
            }
            if (life > known) {
                lives.put(id, life);
                heardOfMs.put(id, world.milliseconds());
                if (model.isKnown(id) && !model.isFenced(id)) {
                    model.fence(id);
                }
                model.registerFenced(id, blank);
                publish();
            }
            long epoch = model.brokerEpoch(id);
            links.send(PLACE, place(id), () -> answer.accept(epoch));
        });
    }

    void heartbeat(int id, int life, long imageVersion) {
        links.send(place(id), PLACE, () -> {
            if (lives.getOrDefault(id, -1) != life) {
                return;
            }
            heardOfMs.put(id, world.milliseconds());
            if (model.isFenced(id) && imageVersion >= model.brokerEpoch(id)) {
                model.unfence(id);
                publish();
            } else if (imageVersion < model.version()) {
                tell(id, model.image());
            }
        });
    }

    Future<Answer> alter(int sender, long brokerEpoch, Proposal proposal) {
        Promise<Answer> promise = Promise.promise();
        world.after(ANSWER_TIMEOUT_MS, place(sender), () -> promise.tryFail(new IOException("no answer")));
        links.send(place(sender), PLACE, () -> {
            Answer answer = model.alter(sender, brokerEpoch, proposal);
            publish();
            links.send(PLACE, place(sender), () -> promise.tryComplete(answer));
        });
        return promise.future();
    }

    /** On request, and only when nobody leads: then by a replica that may lack what was acknowledged. */
    boolean electUncleanly(int id) {
        boolean may = leader() == PartitionMetadata.NO_LEADER && model.isKnown(id) && !model.isFenced(id);
        if (may) {
            model.electUncleanly(id);
            publish();
        }
        return may;
    }

    /** Makes or deletes the topic that comes and goes. */
    void createOther(UUID topicId, List<Integer> replicas) {
        model.createOther(topicId, replicas);
        publish();
    }

    void deleteOther() {
        model.deleteOther();
        publish();
    }

    /** Moves the leadership, if the node can have it. */
    void elect(int id) {
        if (model.partition().isr().contains(id) && !model.isFenced(id)) {
            model.elect(id);
            publish();
        }
    }

    /** Takes a node for dead, at once. Returns whether there is another that has everything then. */
    boolean fence(int id) {
        model.fence(id);
        publish();
        PartitionMetadata partition = model.partition();
        return Stream.concat(partition.isr().stream(), partition.elr().stream())
                .anyMatch(node -> node != id && !nodes.get(node).isBlank());
    }

    private void publish() {
        PartitionMetadata partition = model.partition();
        int leader = partition == null ? PartitionMetadata.NO_LEADER : partition.leader();
        if (leader != PartitionMetadata.NO_LEADER) {
            elected.putIfAbsent(partition.leaderEpoch(), leader + "@" + model.brokerEpoch(leader));
        }
        ClusterImage image = model.image();
        nodes.keySet().forEach(id -> tell(id, image));
    }

    private void tell(int id, ClusterImage image) {
        links.send(PLACE, place(id), () -> nodes.get(id).hear(image));
    }

    /** Node and broker epoch of the leader under an epoch. */
    String elected(int leaderEpoch) {
        return elected.get(leaderEpoch);
    }

    int leader() {
        return model.partition().leader();
    }

    static String place(int node) {
        return "node-" + node;
    }

    static String place() {
        return PLACE;
    }
}
