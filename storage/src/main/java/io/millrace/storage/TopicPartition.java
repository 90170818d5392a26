package io.millrace.storage;

import java.util.Objects;
import java.util.UUID;

/**
 * Identity of a partition. The topic id makes it unique for ever: a topic that is deleted and created again under the same
 * name has another id, so old bytes can never be taken for new ones.
 */
public record TopicPartition(UUID topicId, String topic, int partition) {

    public TopicPartition {
        Objects.requireNonNull(topicId, "topicId");
        Objects.requireNonNull(topic, "topic");
        if (partition < 0) {
            throw new IllegalArgumentException("partition must not be negative: " + partition);
        }
    }

    /** The name used in logs and file names: {@code topic-partition}. */
    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
