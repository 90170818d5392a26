package io.millrace.cluster.controller;

import io.millrace.cluster.metadata.ClusterImage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/** Who needs the committed metadata in Kafka's own words, because Kafka's coordinators work on it. */
@FunctionalInterface
public interface MetadataFollower {

    /**
     * An image came into force: the partitions of this node follow it. Called on the metadata loader's thread, in order, one image after
     * the other; must return at once.
     *
     * @param image the same in our words
     * @param delta what changed since the last call
     */
    void onMetadata(ClusterImage image, MetadataDelta delta, MetadataImage kafkaImage);
}
