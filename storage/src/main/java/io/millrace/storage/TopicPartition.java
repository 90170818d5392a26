package io.millrace.storage;

import java.util.Objects;
import java.util.UUID;

/**
 * Identity of a partition. The topic id makes it unique for ever: a topic that is deleted and created again under the same
 * name has another id, so old bytes can never be taken for new ones. The name is for people: two are equal when topic id and
 * number are, because messages between nodes carry ids only.
 */
public record TopicPartition(UUID topicId, String topic, int partition) {

    public TopicPartition {
        Objects.requireNonNull(topicId, "topicId");
        Objects.requireNonNull(topic, "topic");
        if (partition < 0) {
            throw new IllegalArgumentException("partition must not be negative: " + partition);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicPartition that && partition == that.partition && topicId.equals(that.topicId);
    }

    @Override
    public int hashCode() {
        return 31 * topicId.hashCode() + partition;
    }

    /** The name used in logs and file names: {@code topic-partition}. */
    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
