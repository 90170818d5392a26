package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Turns a {@link StartPosition} into an offset for each selected partition.
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
     * @param selected the partitions of the stream; not empty
     * @return the starts in the order of {@code selected}; fails with MillraceException, INVALID_REQUEST when the position does
     *     not suit the partitions and OFFSET_OUT_OF_RANGE as {@link Reset#ERROR} asks
     */
    public Future<List<ResolvedStart>> resolve(StartPosition position, List<TopicPartition> selected, Reset reset) {
        try {
            if (position instanceof StartPosition.AtTime time) {
                return byTime(time.timestampMs(), selected);
            }
            if (position instanceof StartPosition.Ago ago) {
                return byTime(clock.millis() - ago.durationMs(), selected);
            }
            checkNamedPartitions(position, selected);
            List<ResolvedStart> starts = new ArrayList<>(selected.size());
            for (TopicPartition partition : selected) {
                starts.add(now(position, partition, reset));
            }
            return Future.succeededFuture(starts);
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    private ResolvedStart now(StartPosition position, TopicPartition partition, Reset reset) {
        PartitionOffsets offsets = partitions.offsets(partition);
        if (position instanceof StartPosition.AtOffset asked) {
            return reset.apply(partition, asked.offset(), offsets);
        }
        if (position instanceof StartPosition.AtOffsets asked) {
            Long offset = asked.offsets().get(partition.partition());
            return offset == null
                    ? new ResolvedStart(partition, offsets.highWatermark(), null)
                    : reset.apply(partition, offset, offsets);
        }
        if (position instanceof StartPosition.Earliest) {
            return new ResolvedStart(partition, offsets.logStartOffset(), null);
        }
        long back = position instanceof StartPosition.Last last ? last.offsets() : 0;
        long start = Math.max(offsets.logStartOffset(), offsets.highWatermark() - back);
        return new ResolvedStart(partition, start, null);
    }

    private Future<List<ResolvedStart>> byTime(long timestampMs, List<TopicPartition> selected) {
        List<Future<ResolvedStart>> found = new ArrayList<>(selected.size());
        for (TopicPartition partition : selected) {
            // Read before the search: records that arrive while it runs must not fall between its answer and this
            // offset.
            long end = partitions.offsets(partition).highWatermark();
            found.add(partitions
                    .findByTimestamp(partition, timestampMs, Isolation.READ_COMMITTED)
                    .map(hit -> new ResolvedStart(
                            partition, hit.map(at -> at.offset()).orElse(end), null)));
        }
        return Future.all(found).map(all -> all.<ResolvedStart>list());
    }

    private static void checkNamedPartitions(StartPosition position, List<TopicPartition> selected) {
        if (position instanceof StartPosition.AtOffset asked && selected.size() != 1) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "from: the single offset " + asked.offset() + " needs one partition, but " + selected.size()
                            + " are selected; add partition=P, or write an offset per partition (from=0:"
                            + asked.offset()
                            + ",1:…)");
        }
        if (position instanceof StartPosition.AtOffsets asked) {
            for (Map.Entry<Integer, Long> entry : asked.offsets().entrySet()) {
                if (selected.stream().noneMatch(p -> p.partition() == entry.getKey())) {
                    throw new MillraceException(
                            ErrorCode.INVALID_REQUEST,
                            "from: partition " + entry.getKey() + " is not among the selected partitions of topic '"
                                    + selected.get(0).topic() + "'");
                }
            }
        }
    }
}
