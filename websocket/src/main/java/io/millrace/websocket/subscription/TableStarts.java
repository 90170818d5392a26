package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.LogConfig;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.Gap;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.Map;

/**
 * Where the partitions of a table begin (gateway protocol §6.5): with a snapshot, or, for a client that has been here not too long ago,
 * with what changed since. Never blocks; any event loop.
 */
public final class TableStarts {

    private final PartitionService partitions;
    private final Clock clock;
    private final Map<String, String> topicDefaults;

    /**
     * The starts of tables.
     *
     * @param topicDefaults the node's settings for topics that do not set their own
     */
    public TableStarts(PartitionService partitions, Clock clock, Map<String, String> topicDefaults) {
        this.partitions = partitions;
        this.clock = clock;
        this.topicDefaults = Map.copyOf(topicDefaults);
    }

    /** Throws INVALID_REQUEST when a topic is not one that keeps the newest record of each key. */
    public void requireCompacted(TopicMetadata topic) {
        if (!logConfig(topic).compact()) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "view: topic '" + topic.name() + "' has cleanup.policy="
                            + TopicConfig.value(TopicConfig.CLEANUP_POLICY, topic.config(), topicDefaults)
                            + "; a table needs one that contains compact");
        }
    }

    /**
     * The start of one partition.
     *
     * @param resumed where it goes on by the client's token; null without one
     */
    public Future<PartitionStart> resolve(TopicMetadata topic, TopicPartition partition, PartitionStart resumed) {
        PartitionOffsets offsets = partitions.offsets(partition);
        if (resumed == null) {
            return Future.succeededFuture(new PartitionStart(
                    partition, offsets.logStartOffset(), null, offsets.highWatermark(), offsets.leaderEpoch(), true));
        }
        if (resumed.gap() != null) {
            return Future.succeededFuture(afterGap(resumed, resumed.gap().from(), offsets));
        }
        if (resumed.position() >= offsets.highWatermark()) {
            return Future.succeededFuture(resumed);
        }
        long oldestMs =
                Math.max(0, clock.millis() - logConfig(topic).compaction().deleteRetentionMs());
        return resume(resumed, oldestMs, offsets);
    }

    /**
     * A tombstone may be gone when it is older than the topic's delete.retention.ms. All at and above a position are younger if there is
     * a record below it, or at it, that is younger: they were appended later.
     */
    private Future<PartitionStart> resume(PartitionStart asked, long oldestMs, PartitionOffsets offsets) {
        return partitions
                .findByTimestamp(asked.partition(), oldestMs, Isolation.READ_COMMITTED)
                .map(young -> young.isPresent() && young.get().offset() <= asked.position()
                        ? asked
                        : snapshotRequired(asked.partition(), asked.position(), offsets));
    }

    /** What is lost of a table may have been deletes: it is sent anew, whatever the reason. */
    public static PartitionStart afterGap(PartitionStart start, long position, PartitionOffsets offsets) {
        return start.gap() == null ? start : snapshotRequired(start.partition(), position, offsets);
    }

    private static PartitionStart snapshotRequired(TopicPartition partition, long position, PartitionOffsets offsets) {
        long begin = offsets.logStartOffset();
        return new PartitionStart(
                partition,
                begin,
                new Gap(position, begin, Gap.Reason.SNAPSHOT_REQUIRED),
                offsets.highWatermark(),
                offsets.leaderEpoch(),
                true);
    }

    private LogConfig logConfig(TopicMetadata topic) {
        return TopicConfig.logConfig(topic.config(), topicDefaults);
    }
}
