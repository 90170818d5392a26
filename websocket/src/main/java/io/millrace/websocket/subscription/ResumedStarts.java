package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.ResumeToken;
import io.vertx.core.Future;

/** Where a partition goes on by a resume token, and what was lost since it was given out. Any thread. */
final class ResumedStarts {

    private final PartitionService partitions;

    ResumedStarts(PartitionService partitions) {
        this.partitions = partitions;
    }

    /**
     * The start of a partition; null when the token says nothing about it. Known at once unless the partition has another leader than
     * when the token was given out; fails with MillraceException when that one cannot be asked.
     *
     * @throws io.millrace.cluster.error.MillraceException OFFSET_OUT_OF_RANGE as {@link Reset#ERROR} asks, or when nothing is known of
     *     the partition
     */
    Future<PartitionStart> find(TopicPartition partition, StartRule rule, TopicSelection selection) {
        PartitionOffsets offsets = partitions.offsets(partition);
        for (ResumeToken.TopicPositions topic : rule.resume().topics()) {
            if (topic.topicId().equals(partition.topicId())) {
                for (ResumeToken.Position position : topic.partitions()) {
                    if (position.partition() == partition.partition()) {
                        return resume(partition, position, rule.reset(), offsets);
                    }
                }
                // A partition that was added since; its first record is one that the client has not seen.
                return Future.succeededFuture(selection.grows() ? earliest(partition, offsets) : null);
            }
        }
        for (ResumeToken.TopicPositions topic : rule.resume().topics()) {
            if (isOfName(topic, partition.topic(), selection)) {
                return Future.succeededFuture(recreated(partition, topic, rule.reset(), offsets));
            }
        }
        // A topic that the pattern did not find then.
        return Future.succeededFuture(selection.pattern() != null ? earliest(partition, offsets) : null);
    }

    private static boolean isOfName(ResumeToken.TopicPositions topic, String name, TopicSelection selection) {
        return topic.nameHash() == ResumeToken.NAME_UNKNOWN
                ? selection.topics().size() == 1
                : topic.nameHash() == ResumeToken.nameHash(name);
    }

    private static PartitionStart earliest(TopicPartition partition, PartitionOffsets offsets) {
        return new PartitionStart(partition, offsets.logStartOffset(), null, offsets);
    }

    /** Offsets of another topic mean nothing here, even where they exist. */
    private static PartitionStart recreated(
            TopicPartition partition, ResumeToken.TopicPositions then, Reset reset, PartitionOffsets offsets) {
        long asked = then.partitions().stream()
                .filter(position -> position.partition() == partition.partition())
                .mapToLong(ResumeToken.Position::offset)
                .findFirst()
                .orElse(0);
        PartitionStart start = reset.apply(partition, -1, offsets);
        Gap gap = new Gap(asked, start.position(), Gap.Reason.TOPIC_RECREATED);
        return new PartitionStart(partition, start.position(), gap, offsets);
    }

    private Future<PartitionStart> resume(
            TopicPartition partition, ResumeToken.Position position, Reset reset, PartitionOffsets offsets) {
        if (position.leaderEpoch() == offsets.leaderEpoch()) {
            return Future.succeededFuture(reset.apply(partition, position.offset(), offsets));
        }
        // A log that was cut below what this client has seen may have grown beyond it again: only its leader can tell.
        return partitions
                .endOfEpoch(partition, position.leaderEpoch())
                .map(end -> {
                    PartitionOffsets now = partitions.offsets(partition);
                    return position.offset() <= end.endOffset()
                            ? reset.apply(partition, position.offset(), now)
                            : PartitionStart.truncated(
                                    partition, position.offset(), end.endOffset(), end.currentLeaderEpoch(), now);
                })
                .recover(e -> isUnknownEpoch(e)
                        ? Future.succeededFuture(fromBackup(partition, position))
                        : Future.failedFuture(e));
    }

    /** The leader was asked for longer than it takes to hear of another one. */
    private static boolean isUnknownEpoch(Throwable failure) {
        return failure instanceof MillraceException error && error.code() == ErrorCode.UNKNOWN_LEADER_EPOCH;
    }

    /** Epochs only go back with everything else, when a cluster is set up again from an older copy. */
    private PartitionStart fromBackup(TopicPartition partition, ResumeToken.Position position) {
        PartitionOffsets now = partitions.offsets(partition);
        long end = Math.min(position.offset(), now.highWatermark());
        return PartitionStart.truncated(partition, position.offset(), end, now.leaderEpoch(), now);
    }
}
