package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.ResumeToken;
import io.millrace.websocket.protocol.ResumeToken.TopicPositions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Whether a resume token speaks of the topics that are asked for at all. One that does not would let a client begin at the latest, which
 * believes that it goes on. Stateless.
 */
final class TokenTopics {

    private TokenTopics() {}

    /**
     * Compares the topics of a token with those that are asked for. A token without topics passes: it was given out while no partition had a
     * leader, or while a pattern found nothing.
     *
     * @param selected the partitions that are asked for
     * @return what a client with a pattern is to be told, which goes on without topics of its token that were deleted; null for nothing
     * @throws MillraceException INVALID_REQUEST when the token is of other topics
     */
    static MillraceException check(
            ClusterImage image, TopicSelection asked, List<TopicPartition> selected, StartRule start) {
        List<TopicPositions> held = start.resume().topics();
        List<TopicPositions> others = otherThan(selected, asked, held);
        long gone = others.stream()
                .filter(topic -> image.topic(topic.topicId()).isEmpty())
                .count();
        boolean hasPattern = asked.pattern() != null;
        if (!held.isEmpty() && others.size() == held.size() && !(hasPattern && gone > 0)) {
            throw ParameterTable.wrong(
                    start.resumeName(),
                    "this token is of another stream: it holds no position in any topic that is asked for; use the newest"
                            + " token of a stream of these topics, or leave it out and choose a start with from");
        }
        return hasPattern && gone > 0 ? deleted(gone) : null;
    }

    /** A topic that was made again under its name is none of them. */
    private static List<TopicPositions> otherThan(
            List<TopicPartition> selected, TopicSelection asked, List<TopicPositions> held) {
        Set<UUID> ids = new HashSet<>();
        Set<Integer> nameHashes = new HashSet<>();
        for (TopicPartition partition : selected) {
            if (ids.add(partition.topicId())) {
                nameHashes.add(ResumeToken.nameHash(partition.topic()));
            }
        }
        boolean isOne = asked.topics().size() == 1;
        return held.stream()
                .filter(topic -> !ids.contains(topic.topicId()))
                .filter(topic ->
                        topic.nameHash() == ResumeToken.NAME_UNKNOWN ? !isOne : !nameHashes.contains(topic.nameHash()))
                .toList();
    }

    private static MillraceException deleted(long topics) {
        return new MillraceException(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                (topics == 1 ? "a topic" : topics + " topics") + " of the resume token "
                        + (topics == 1 ? "was" : "were")
                        + " deleted: what had not been sent of it is lost; the stream goes on with what the pattern finds");
    }
}
