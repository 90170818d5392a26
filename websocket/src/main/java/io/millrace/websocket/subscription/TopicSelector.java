package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.ResumeToken;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds the partitions of a {@link TopicSelection} in an image of the cluster. Stateless. */
public final class TopicSelector {

    private static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private final int partitionsMax;

    /** A selector that finds at most so many partitions. */
    public TopicSelector(int partitionsMax) {
        this.partitionsMax = partitionsMax;
    }

    /** By name of the topic, then by number: the order in which resume tokens have them. */
    public static Comparator<TopicPartition> order() {
        return ORDER;
    }

    List<TopicPartition> select(ClusterImage image, TopicSelection asked) {
        List<TopicPartition> selected = new ArrayList<>();
        for (String name : asked.topics()) {
            addPartitions(topic(image, name), asked, selected);
        }
        if (asked.pattern() != null) {
            for (TopicMetadata topic : matching(image, asked)) {
                addPartitions(topic, asked, selected);
            }
        }
        requireRoom(selected);
        selected.sort(ORDER);
        return selected;
    }

    /** What an image has that is asked for and not followed yet; throws INVALID_REQUEST when that is more than there is room for. */
    List<TopicPartition> added(ClusterImage image, TopicSelection asked, List<TopicPartition> followed) {
        if (!asked.grows()) {
            return List.of();
        }
        Set<TopicPartition> known = new HashSet<>(followed);
        List<TopicPartition> now = new ArrayList<>();
        for (String name : asked.topics()) {
            image.topic(name).ifPresent(topic -> addPartitions(topic, asked, now));
        }
        if (asked.pattern() != null) {
            matching(image, asked).forEach(topic -> addPartitions(topic, asked, now));
        }
        List<TopicPartition> added = now.stream()
                .filter(partition -> !known.contains(partition))
                .sorted(ORDER)
                .toList();
        if (!added.isEmpty()) {
            now.addAll(followed);
            requireRoom(now.stream().distinct().toList());
        }
        return added;
    }

    /** No more partitions than may be followed at once, and have their places in one resume token. */
    private void requireRoom(List<TopicPartition> selected) {
        long topics = selected.stream().map(TopicPartition::topicId).distinct().count();
        if (selected.size() > partitionsMax || !ResumeToken.fits(topics, selected.size())) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "partition: a subscription can follow " + partitionsMax + " partitions, this one would have "
                            + selected.size() + "; make several, each with its own partition=…");
        }
    }

    static TopicMetadata topic(ClusterImage image, String name) {
        return image.topic(name)
                .orElseThrow(() -> new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "no topic '" + name + "'; create it, or look at /topics for the names there are"));
    }

    /** Internal topics are nobody's by a pattern; who wants one names it. */
    private static List<TopicMetadata> matching(ClusterImage image, TopicSelection asked) {
        return image.topics().values().stream()
                .filter(topic -> !InternalTopics.contains(topic.name()))
                .filter(topic -> asked.pattern().finds(topic.name()))
                .sorted(Comparator.comparing(TopicMetadata::name))
                .toList();
    }

    private static void addPartitions(TopicMetadata topic, TopicSelection asked, List<TopicPartition> into) {
        int count = topic.partitions().size();
        if (asked.partitions().isEmpty()) {
            for (int partition = 0; partition < count; partition++) {
                into.add(new TopicPartition(topic.id(), topic.name(), partition));
            }
        }
        for (int partition : asked.partitions()) {
            if (partition >= count) {
                throw new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "partition: topic '" + topic.name() + "' has " + count + " partitions, 0 to " + (count - 1)
                                + "; there is no " + partition);
            }
            into.add(new TopicPartition(topic.id(), topic.name(), partition));
        }
    }
}
