package io.millrace.cluster.controller;

import io.millrace.cluster.metadata.ClusterImage;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes each committed image, makes this node's partitions those of the image, and publishes it then. The first image comes when the
 * node has caught up with what was committed before it started.
 *
 * <p>Called by Kafka's loader on its own thread, one image after the other, which waits for the partitions.
 */
final class ImagePublisher implements MetadataPublisher {

    private static final Logger log = LoggerFactory.getLogger(ImagePublisher.class);

    private final ImageTranslation translation;
    private final Function<ClusterImage, CompletionStage<Void>> applier;
    private final List<Consumer<ClusterImage>> consumers = new CopyOnWriteArrayList<>();
    private final List<MetadataFollower> followers = new CopyOnWriteArrayList<>();
    private final List<Consumer<ClusterImage>> waiters = new CopyOnWriteArrayList<>();
    private volatile ClusterImage image;
    private volatile ClusterImage told;
    private int controllerId = -1;

    /** @param applier brings this node's partitions in line with an image */
    ImagePublisher(UUID clusterId, Function<ClusterImage, CompletionStage<Void>> applier) {
        this.translation = new ImageTranslation(clusterId);
        this.applier = applier;
        this.image = new ClusterImage(-1, clusterId, -1, Map.of(), Map.of(), Map.of());
        this.told = image;
    }

    /** The newest image that this node's partitions follow; an empty one of version -1 before the first. Any thread. */
    ClusterImage image() {
        return image;
    }

    /** The newest image that everybody in this node was told of, and so acts by. Any thread. */
    ClusterImage told() {
        return told;
    }

    void onImage(Consumer<ClusterImage> consumer) {
        consumers.add(consumer);
    }

    /** Tells of every image when everybody else was told: a change that is answered then has its effect here already. */
    void onTold(Consumer<ClusterImage> waiter) {
        waiters.add(waiter);
    }

    @Override
    public String name() {
        return "millrace";
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage newImage, LoaderManifest manifest) {
        ClusterImage next = translation.translate(image, delta, newImage, controllerId);
        try {
            applier.apply(next).toCompletableFuture().join();
        } catch (RuntimeException e) {
            // What could not be applied answers with its error; the rest of the image must not wait for it.
            log.error("The partitions of metadata offset {} are not all as they should be", next.version(), e);
        }
        publish(next);
        for (MetadataFollower follower : followers) {
            try {
                follower.onMetadata(next, delta, newImage);
            } catch (RuntimeException e) {
                log.error("A coordinator that was told of metadata offset {} failed", next.version(), e);
            }
        }
        publishTold();
    }

    /** Tells of every image from now on, after the consumers were told. */
    void follow(MetadataFollower follower) {
        followers.add(follower);
    }

    @Override
    public void onControllerChange(LeaderAndEpoch leader) {
        controllerId = leader.leaderId().orElse(-1);
        if (image.version() >= 0) {
            publish(image.withController(controllerId));
            publishTold();
        }
    }

    private void publish(ClusterImage next) {
        image = next;
        tell(consumers, next);
    }

    private void publishTold() {
        told = image;
        tell(waiters, told);
    }

    private static void tell(List<Consumer<ClusterImage>> all, ClusterImage next) {
        for (Consumer<ClusterImage> consumer : all) {
            try {
                consumer.accept(next);
            } catch (RuntimeException e) {
                log.error("Somebody who was told of metadata offset {} failed", next.version(), e);
            }
        }
    }
}
