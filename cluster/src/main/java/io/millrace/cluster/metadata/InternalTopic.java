package io.millrace.cluster.metadata;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One of the {@link InternalTopics}, which is made when somebody needs it for the first time. Thread-safe, never blocks.
 *
 * <p>It has fewer replicas where there are fewer nodes; but where there are several, it is not made while only one of them is up: what only
 * one node has would be lost with it.
 */
public final class InternalTopic {

    private final Controller controller;
    private final String name;
    private final int partitions;
    private final int replicationFactor;
    private final Map<String, String> settings;

    /** The creation that is under way, or null. */
    private final AtomicReference<Future<TopicMetadata>> creation = new AtomicReference<>();

    /**
     * @param name one of {@link InternalTopics}
     * @param partitions when it is made
     * @param replicationFactor when it is made, and there are so many nodes
     * @param settings by Kafka's names; {@code min.insync.replicas} is lowered where there are fewer replicas
     */
    public InternalTopic(
            Controller controller, String name, int partitions, int replicationFactor, Map<String, String> settings) {
        this.controller = controller;
        this.name = name;
        this.partitions = partitions;
        this.replicationFactor = replicationFactor;
        this.settings = Map.copyOf(settings);
    }

    /** The topic, if somebody needed it before. */
    public Optional<TopicMetadata> find() {
        return controller.image().topic(name);
    }

    /** The topic, made if need be. Fails with COORDINATOR_NOT_AVAILABLE while it cannot be made: ask again. */
    public Future<TopicMetadata> orCreate() {
        return find().map(Future::succeededFuture).orElseGet(this::create);
    }

    /**
     * The node that leads the partition of a key in the topic, made if need be. Fails with COORDINATOR_NOT_AVAILABLE while there is none:
     * ask again.
     */
    public Future<BrokerMetadata> leaderOf(String key) {
        return orCreate().map(topic -> leaderOf(key, topic));
    }

    private BrokerMetadata leaderOf(String key, TopicMetadata topic) {
        List<PartitionMetadata> all = topic.partitions();
        PartitionMetadata own = all.get(InternalTopics.partitionOf(key, all.size()));
        BrokerMetadata leader = controller.image().brokers().get(own.leader());
        if (leader == null || leader.fenced() || leader.host() == null) {
            throw notAvailable("No node leads partition " + own.partition() + " of " + name + " at the moment");
        }
        return leader;
    }

    private Future<TopicMetadata> create() {
        Future<TopicMetadata> running = creation.get();
        if (running != null && !running.isComplete()) {
            return running;
        }
        ClusterImage image = controller.image();
        int live = (int)
                image.liveBrokers().stream().filter(broker -> !broker.drained()).count();
        int nodes = Math.min(replicationFactor, image.brokers().size());
        if (live == 0 || live < Math.min(2, nodes)) {
            return Future.failedFuture(notAvailable("The topic " + name + " is kept on " + nodes + " nodes, and " + live
                    + (live == 1 ? " is" : " are") + " up: ask again when there are more"));
        }
        int replicas = Math.min(nodes, live);
        // Somebody else may have made it meanwhile.
        Future<TopicMetadata> created = controller
                .createTopic(new NewTopic(name, partitions, replicas, settings(replicas)), false)
                .recover(failure -> find().map(Future::succeededFuture)
                        .orElseGet(() -> Future.failedFuture(notAvailable(
                                "The topic " + name + " could not be created, ask again: " + failure.getMessage()))));
        creation.set(created);
        return created;
    }

    private Map<String, String> settings(int replicas) {
        Map<String, String> lowered = new HashMap<>(settings);
        lowered.computeIfPresent(
                TopicConfig.MIN_INSYNC_REPLICAS,
                (setting, wanted) -> String.valueOf(Math.min(Integer.parseInt(wanted), replicas)));
        return lowered;
    }

    private static MillraceException notAvailable(String message) {
        return new MillraceException(ErrorCode.COORDINATOR_NOT_AVAILABLE, message);
    }
}
