package io.millrace.server.http.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.PartitionMetadata;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.server.http.HttpProblem;
import io.millrace.storage.TopicPartition;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The body of an election: {@code {"unclean":true,"topic":"t","partition":0}}. Nothing asks for the preferred leaders of all partitions.
 *
 * @param unclean whether a replica that lacks records may lead where there is no other
 * @param topic empty for all
 * @param partition empty for all of the topic
 */
record ElectionRequest(boolean unclean, Optional<String> topic, OptionalInt partition) {

    private static final Set<String> MEMBERS = Set.of("unclean", "topic", "partition");

    /**
     * Reads the body.
     *
     * @throws HttpProblem 400
     */
    static ElectionRequest parse(byte[] body) {
        JsonNode json = PlanRequest.object(body, MEMBERS);
        JsonNode topic = json.path("topic");
        JsonNode partition = json.path("partition");
        if (!topic.isMissingNode() && !topic.isTextual()) {
            throw HttpProblem.badRequest("'topic' must be the name of a topic, not " + topic);
        }
        if (!partition.isMissingNode() && (!partition.isInt() || partition.intValue() < 0)) {
            throw HttpProblem.badRequest("'partition' must be the number of a partition, not " + partition);
        }
        if (!partition.isMissingNode() && topic.isMissingNode()) {
            throw HttpProblem.badRequest("'partition' is given, but not its 'topic'");
        }
        return new ElectionRequest(
                PlanRequest.flag(json.get("unclean"), "unclean"),
                topic.isMissingNode() ? Optional.empty() : Optional.of(topic.textValue()),
                partition.isMissingNode() ? OptionalInt.empty() : OptionalInt.of(partition.intValue()));
    }

    /**
     * The partitions that are meant, as an image shows them: for an unclean election those without a leader. Empty when all are meant.
     *
     * @throws MillraceException when there is no such topic or partition
     */
    Optional<Set<TopicPartition>> partitions(ClusterImage image) {
        if (topic.isEmpty() && !unclean) {
            return Optional.empty();
        }
        if (topic.isEmpty()) {
            Set<TopicPartition> leaderless = new HashSet<>();
            image.topics().values().forEach(each -> leaderless.addAll(of(each)));
            return Optional.of(leaderless);
        }
        TopicMetadata found = image.topic(topic.get())
                .filter(each -> partition.isEmpty()
                        || partition.getAsInt() < each.partitions().size())
                .orElseThrow(() -> new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "There is no topic '" + topic.get() + "'"
                                + (partition.isPresent() ? " with a partition " + partition.getAsInt() : "")));
        return Optional.of(of(found));
    }

    private Set<TopicPartition> of(TopicMetadata found) {
        Set<TopicPartition> meant = new HashSet<>();
        for (PartitionMetadata each : found.partitions()) {
            boolean named = partition.isEmpty() || partition.getAsInt() == each.partition();
            if (named && (!unclean || each.leader() == PartitionMetadata.NO_LEADER)) {
                meant.add(new TopicPartition(found.id(), found.name(), each.partition()));
            }
        }
        return meant;
    }
}
