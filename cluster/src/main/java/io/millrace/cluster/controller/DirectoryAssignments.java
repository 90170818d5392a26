package io.millrace.cluster.controller;

import io.millrace.cluster.peer.KafkaIds;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.DirectoryData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.PartitionData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.TopicData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.Replicas;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the controller in which directory the replicas of this node are (KIP-858), when it knows another one: the disk was replaced. Until
 * then the controller elects no replica of this node.
 *
 * <p>A replica is told only once it is in sync. Earlier it is well that it cannot be elected: the controller may remember it as the last
 * leader, from the time before its disk was lost, and it has nothing.
 *
 * <p>Images come on the thread of Kafka's loader; all else happens on one Vert.x context.
 */
final class DirectoryAssignments implements MetadataPublisher {

    private static final Logger log = LoggerFactory.getLogger(DirectoryAssignments.class);

    /** Replicas come in sync in crowds: those of a moment go together. */
    private static final long GATHER_MS = 100;

    /** After a request, answered or not: what it changed is in an image by then, what it did not is told again. */
    private static final long AGAIN_MS = 1_000;

    private static final long TIMEOUT_MS = 5_000;
    private static final int PARTITIONS_MAX = 1_000;

    private record Replica(Uuid topicId, int partition) {}

    private final Vertx vertx;
    private final Context context;
    private final int nodeId;
    private final Uuid directoryId;
    private final LongSupplier brokerEpoch;
    private final Function<AssignReplicasToDirsRequestData, Future<AssignReplicasToDirsResponseData>> controller;
    private final Set<Replica> elsewhere = new HashSet<>();
    private MetadataImage image = MetadataImage.EMPTY;
    private boolean scheduled;
    private boolean closed;

    /**
     * @param directoryId the directory that this node has now
     * @param brokerEpoch of this process life, -1 until it is registered
     * @param controller asks the active controller
     */
    DirectoryAssignments(
            Vertx vertx, int nodeId, UUID directoryId, LongSupplier brokerEpoch, ActiveController controller) {
        this(
                vertx,
                nodeId,
                directoryId,
                brokerEpoch,
                request -> controller.send(request, AssignReplicasToDirsResponseData.class, TIMEOUT_MS));
    }

    DirectoryAssignments(
            Vertx vertx,
            int nodeId,
            UUID directoryId,
            LongSupplier brokerEpoch,
            Function<AssignReplicasToDirsRequestData, Future<AssignReplicasToDirsResponseData>> controller) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.nodeId = nodeId;
        this.directoryId = KafkaIds.toKafka(directoryId);
        this.brokerEpoch = brokerEpoch;
        this.controller = controller;
    }

    @Override
    public String name() {
        return "millrace-directories";
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage newImage, LoaderManifest manifest) {
        Set<Replica> changed = new HashSet<>();
        if (delta.image().isEmpty()) {
            newImage.topics()
                    .topicsById()
                    .values()
                    .forEach(topic -> collect(topic, topic.partitions().keySet(), changed));
        } else if (delta.topicsDelta() != null) {
            delta.topicsDelta()
                    .changedTopics()
                    .forEach((id, topic) -> collect(
                            newImage.topics().getTopic(id),
                            topic.partitionChanges().keySet(),
                            changed));
        }
        context.runOnContext(v -> {
            image = newImage;
            elsewhere.addAll(changed);
            schedule(GATHER_MS);
        });
    }

    private void collect(TopicImage topic, Set<Integer> partitions, Set<Replica> changed) {
        for (int partition : partitions) {
            if (isElsewhere(topic.partitions().get(partition))) {
                changed.add(new Replica(topic.id(), partition));
            }
        }
    }

    private boolean isElsewhere(PartitionRegistration partition) {
        return partition != null
                && Replicas.contains(partition.replicas, nodeId)
                && !partition.directory(nodeId).equals(directoryId);
    }

    private void schedule(long delayMs) {
        if (scheduled || closed || elsewhere.isEmpty()) {
            return;
        }
        scheduled = true;
        vertx.setTimer(
                delayMs,
                id -> context.runOnContext(v -> {
                    scheduled = false;
                    tell();
                }));
    }

    private void tell() {
        elsewhere.removeIf(replica -> !isElsewhere(registration(replica)));
        List<Replica> inSync = isThisLifeKnown()
                ? elsewhere.stream()
                        .filter(replica -> Replicas.contains(registration(replica).isr, nodeId))
                        .limit(PARTITIONS_MAX)
                        .toList()
                : List.of();
        if (closed || inSync.isEmpty()) {
            schedule(AGAIN_MS);
            return;
        }
        scheduled = true;
        controller
                .apply(request(inSync))
                .onComplete(result -> context.runOnContext(v -> {
                    scheduled = false;
                    if (result.succeeded()) {
                        log.info(
                                "Told the controller of {} partitions that they are in this directory now",
                                inSync.size());
                    } else {
                        log.atDebug().log(
                                "The controller was not told of directories, again soon: {}",
                                result.cause().getMessage());
                    }
                    schedule(elsewhere.size() > inSync.size() ? GATHER_MS : AGAIN_MS);
                }));
    }

    /** An image from before this life may show replicas in sync that were on the lost disk. */
    private boolean isThisLifeKnown() {
        BrokerRegistration self = image.cluster().broker(nodeId);
        return self != null && self.epoch() == brokerEpoch.getAsLong();
    }

    private PartitionRegistration registration(Replica replica) {
        TopicImage topic = image.topics().getTopic(replica.topicId());
        return topic == null ? null : topic.partitions().get(replica.partition());
    }

    private AssignReplicasToDirsRequestData request(List<Replica> replicas) {
        Map<Uuid, TopicData> topics = new HashMap<>();
        for (Replica replica : replicas) {
            topics.computeIfAbsent(replica.topicId(), id -> new TopicData().setTopicId(id))
                    .partitions()
                    .add(new PartitionData().setPartitionIndex(replica.partition()));
        }
        return new AssignReplicasToDirsRequestData()
                .setBrokerId(nodeId)
                .setBrokerEpoch(brokerEpoch.getAsLong())
                .setDirectories(
                        List.of(new DirectoryData().setId(directoryId).setTopics(List.copyOf(topics.values()))));
    }

    @Override
    public void close() {
        context.runOnContext(v -> closed = true);
    }
}
