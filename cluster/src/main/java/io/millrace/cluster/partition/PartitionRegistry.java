package io.millrace.cluster.partition;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.storage.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The replicas on this node, and what to say of those that are not. Thread-safe. */
final class PartitionRegistry {

    private final Map<TopicPartition, Partition> partitions = new ConcurrentHashMap<>();

    /** Replicas whose log cannot be trusted, and what they answer. */
    private final Map<TopicPartition, MillraceException> damaged = new ConcurrentHashMap<>();

    /** The one that is being applied, or was last; null before the first. */
    private volatile ClusterImage image;

    /** From now on this image says what there is. */
    void image(ClusterImage target) {
        image = target;
    }

    /** The one that is being applied, or was last; null before the first. */
    ClusterImage image() {
        return image;
    }

    /** The replica, or null. */
    Partition find(TopicPartition key) {
        return partitions.get(key);
    }

    /** The replica, whatever its role. Throws when it is not here. */
    Partition existing(TopicPartition key) {
        Partition partition = partitions.get(key);
        if (partition == null) {
            throw absent(key);
        }
        return partition;
    }

    /** The reign of this node over a partition. Throws when there is none. */
    LeaderRole leading(TopicPartition key) {
        return existing(key).leading();
    }

    Collection<Partition> all() {
        return partitions.values();
    }

    /** Replicas here that serve nothing until somebody looks after them. */
    List<TopicPartition> offline() {
        List<TopicPartition> offline = new ArrayList<>(damaged.keySet());
        partitions.forEach((key, partition) -> {
            if (partition.isOffline()) {
                offline.add(key);
            }
        });
        return offline;
    }

    void put(TopicPartition key, Partition partition) {
        partitions.put(key, partition);
        damaged.remove(key);
    }

    void refuse(TopicPartition key, MillraceException why) {
        damaged.put(key, why);
    }

    /** Takes a replica out, with what waits there; nothing happens when there is none. */
    void remove(TopicPartition key) {
        damaged.remove(key);
        Partition removed = partitions.remove(key);
        if (removed != null) {
            removed.close(absent(key));
        }
    }

    /** See {@link PartitionService#watch}. */
    Watch watch(TopicPartition key, long position, Runnable listener) {
        return watch(key, listener, partition -> partition.watch(position, listener));
    }

    /** As {@link #watch}, of the last stable offset. */
    Watch watchStable(TopicPartition key, long position, Runnable listener) {
        return watch(key, listener, partition -> partition.watchStable(position, listener));
    }

    private Watch watch(TopicPartition key, Runnable listener, Function<Partition, Watch> watch) {
        Partition partition = partitions.get(key);
        if (partition == null) {
            listener.run();
            return () -> {};
        }
        return watch.apply(partition);
    }

    /** Of the reign that a partition has now, as far as is known here; -1 when it is not here. */
    int leaderEpoch(TopicPartition key) {
        Partition partition = partitions.get(key);
        return partition == null ? -1 : partition.leaderEpoch();
    }

    /** Why a partition is not here. */
    MillraceException absent(TopicPartition key) {
        MillraceException why = damaged.get(key);
        if (why != null) {
            return why;
        }
        ClusterImage newest = image;
        boolean elsewhere = newest != null
                && newest.topic(key.topicId())
                        .filter(topic -> key.partition() < topic.partitions().size())
                        .isPresent();
        return elsewhere
                ? new MillraceException(
                        ErrorCode.NOT_LEADER_OR_FOLLOWER,
                        "Partition " + key.partition() + " of topic '" + key.topic()
                                + "' is not on this node: ask for metadata to learn which one leads it")
                : new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "There is no partition " + key.partition() + " of topic '" + key.topic() + "'");
    }
}
