package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.Objects;

/**
 * Turns a {@link StartPosition} into an offset of a partition.
 *
 * <p>Offsets are taken before {@link #resolve} returns: what is appended after that call is never older than {@code latest}.
 * Only positions by time take longer, because finding them may touch a disk. Never blocks; any event loop.
 */
public final class StartPositionResolver {

    private final PartitionService partitions;
    private final Clock clock;

    public StartPositionResolver(PartitionService partitions, Clock clock) {
        this.partitions = Objects.requireNonNull(partitions, "partitions");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * Resolves a position.
     *
     * @return the start; fails with MillraceException, OFFSET_OUT_OF_RANGE as {@link Reset#ERROR} asks
     */
    public Future<PartitionStart> resolve(StartPosition position, TopicPartition partition, Reset reset) {
        try {
            if (position instanceof StartPosition.AtTime time) {
                return byTime(time.timestampMs(), partition);
            }
            if (position instanceof StartPosition.Ago ago) {
                return byTime(clock.millis() - ago.durationMs(), partition);
            }
            return Future.succeededFuture(now(position, partition, reset));
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    private PartitionStart now(StartPosition position, TopicPartition partition, Reset reset) {
        PartitionOffsets offsets = partitions.offsets(partition);
        if (position instanceof StartPosition.AtOffset asked) {
            return reset.apply(partition, asked.offset(), offsets);
        }
        long end = offsets.highWatermark();
        if (position instanceof StartPosition.AtOffsets asked) {
            Long offset = asked.of(partition);
            return offset == null
                    ? new PartitionStart(partition, end, null, offsets)
                    : reset.apply(partition, offset, offsets);
        }
        if (position instanceof StartPosition.Earliest) {
            return new PartitionStart(partition, offsets.logStartOffset(), null, offsets);
        }
        long back = position instanceof StartPosition.Last last ? last.offsets() : 0;
        return new PartitionStart(partition, Math.max(offsets.logStartOffset(), end - back), null, offsets);
    }

    private Future<PartitionStart> byTime(long timestampMs, TopicPartition partition) {
        // Read before the search: records that arrive while it runs must not fall between its answer and this offset.
        PartitionOffsets now = partitions.offsets(partition);
        return partitions
                .findByTimestamp(partition, timestampMs, Isolation.READ_COMMITTED)
                .map(hit -> new PartitionStart(
                        partition, hit.map(at -> at.offset()).orElse(now.highWatermark()), null, now));
    }

    /** Throws INVALID_REQUEST when the position does not suit the partitions. */
    static void checkSuits(StartPosition position, List<TopicPartition> selected) {
        if (position instanceof StartPosition.AtOffset asked && selected.size() != 1) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "from: the single offset " + asked.offset() + " needs one partition, but " + selected.size()
                            + " are selected; add partition=P, or write an offset per partition (from=0:"
                            + asked.offset()
                            + ",1:…)");
        }
        if (position instanceof StartPosition.AtOffsets asked) {
            boolean oneTopic =
                    selected.stream().map(TopicPartition::topicId).distinct().count() == 1;
            for (StartPosition.Named named : asked.offsets().keySet()) {
                if (named.topic() == null && !oneTopic) {
                    throw new MillraceException(
                            ErrorCode.INVALID_REQUEST,
                            "from: several topics are selected; write topic:" + named.partition()
                                    + ":offset for each partition");
                }
                if (selected.stream().noneMatch(partition -> isNamed(partition, named))) {
                    throw new MillraceException(
                            ErrorCode.INVALID_REQUEST,
                            "from: partition " + named.partition() + " is not among the selected partitions"
                                    + (named.topic() == null ? "" : " of topic '" + named.topic() + "'"));
                }
            }
        }
    }

    private static boolean isNamed(TopicPartition partition, StartPosition.Named named) {
        return partition.partition() == named.partition()
                && (named.topic() == null || named.topic().equals(partition.topic()));
    }
}
