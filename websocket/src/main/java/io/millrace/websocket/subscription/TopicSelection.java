package io.millrace.websocket.subscription;

import io.millrace.cluster.pattern.ClientPattern;
import java.util.List;
import java.util.SortedSet;

/**
 * Which partitions a client wants to follow.
 *
 * @param topics by name, in the order of the request; empty when a pattern says it, or nothing
 * @param pattern topics whose names it finds, also those that are created later; null for none
 * @param partitions of each topic; empty for all
 */
public record TopicSelection(List<String> topics, ClientPattern pattern, SortedSet<Integer> partitions) {

    public TopicSelection {
        topics = List.copyOf(topics);
    }

    /** Whether nothing is asked for. */
    public boolean isEmpty() {
        return topics.isEmpty() && pattern == null;
    }

    /** The same for one topic that is named elsewhere. */
    public TopicSelection ofTopic(String topic) {
        return new TopicSelection(List.of(topic), null, partitions);
    }

    /** Whether there may be more partitions later. */
    public boolean grows() {
        return partitions.isEmpty();
    }
}
