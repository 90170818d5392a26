package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.ResumeToken;
import io.millrace.websocket.protocol.Transport;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides what a stream follows: the partitions of its topic, and where each begins. {@link #prepare} comes first, then {@link #resolve}.
 * Never blocks; any event loop.
 */
public final class SubscriptionResolver {

    /** Longer than it takes until a dead leader has a successor. */
    private static final long PREPARE_TIMEOUT_MS = 10_000;

    private final Controller controller;
    private final PartitionService partitions;
    private final StartPositionResolver starts;
    private final TableStarts tables;
    private final int partitionsMax;

    /** A resolver for topics that set themselves what differs from Kafka's defaults, or are never asked for as tables. */
    public SubscriptionResolver(Controller controller, PartitionService partitions, Clock clock, int partitionsMax) {
        this(controller, partitions, clock, Map.of(), partitionsMax);
    }

    /**
     * A resolver.
     *
     * @param topicDefaults the node's settings for topics that do not set their own
     * @param partitionsMax partitions of one stream
     */
    public SubscriptionResolver(
            Controller controller,
            PartitionService partitions,
            Clock clock,
            Map<String, String> topicDefaults,
            int partitionsMax) {
        this.controller = controller;
        this.partitions = partitions;
        this.starts = new StartPositionResolver(partitions, clock);
        this.tables = new TableStarts(partitions, clock, topicDefaults);
        this.partitionsMax = partitionsMax;
    }

    /**
     * Learns what is to be known of the partitions that are asked for; is complete at once when this node leads them all.
     *
     * @throws MillraceException UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST
     */
    public Future<Void> prepare(String topicName, StreamParameters asked) {
        return partitions.prepare(select(topic(topicName), asked), PREPARE_TIMEOUT_MS);
    }

    /**
     * Resolves. Wrong requests are thrown, so that they can be refused before a stream is opened; what takes time to find, or
     * fails later, comes with the future.
     *
     * @throws MillraceException UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST, OFFSET_OUT_OF_RANGE
     */
    public Future<Subscription> resolve(String topicName, Transport transport, StreamParameters asked) {
        TopicMetadata topic = topic(topicName);
        if (asked.table()) {
            tables.requireCompacted(topic);
        }
        List<TopicPartition> selected = select(topic, asked);
        List<Long> ends = new ArrayList<>(selected.size());
        for (TopicPartition partition : selected) {
            ends.add(partitions.offsets(partition).highWatermark());
        }
        Future<List<ResolvedStart>> found = starts(topic, selected, asked);
        if (found.failed()) {
            throw (MillraceException) found.cause();
        }
        return found.map(positions -> new Subscription(
                topic.name(),
                topic.id(),
                transport,
                asked.format(),
                asked.envelope(),
                asked.filter(),
                asked.projection(),
                asked.conflation(),
                asked.table(),
                asked.reset(),
                asked.heartbeatMs(),
                asked.limit(),
                asked.untilLatest(),
                asked.control(),
                positions,
                ends));
    }

    private TopicMetadata topic(String name) {
        return controller
                .image()
                .topic(name)
                .orElseThrow(() -> new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "no topic '" + name + "'; create it, or look at /topics for the names there are"));
    }

    private List<TopicPartition> select(TopicMetadata topic, StreamParameters asked) {
        List<TopicPartition> selected = new ArrayList<>();
        int count = topic.partitions().size();
        if (asked.partitions().isEmpty()) {
            for (int partition = 0; partition < count; partition++) {
                selected.add(new TopicPartition(topic.id(), topic.name(), partition));
            }
        }
        for (int partition : asked.partitions()) {
            if (partition >= count) {
                throw new MillraceException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "partition: topic '" + topic.name() + "' has " + count + " partitions, 0 to " + (count - 1)
                                + "; there is no " + partition);
            }
            selected.add(new TopicPartition(topic.id(), topic.name(), partition));
        }
        if (selected.size() > partitionsMax) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "partition: a stream can follow " + partitionsMax + " partitions, topic '" + topic.name() + "' has "
                            + count + "; open several streams, each with its own partition=…");
        }
        return selected;
    }

    /** Partitions of the resume token go on there, unless {@code from} names them; the others start at {@code from}. */
    private Future<List<ResolvedStart>> starts(
            TopicMetadata topic, List<TopicPartition> selected, StreamParameters asked) {
        if (asked.table()) {
            try {
                return tables.resolve(
                        topic, selected, asked.resume() == null ? Map.of() : resumed(topic, selected, asked));
            } catch (MillraceException e) {
                return Future.failedFuture(e);
            }
        }
        StartPosition from = asked.from() == null ? StartPosition.LATEST : asked.from();
        if (asked.resume() == null) {
            return starts.resolve(from, selected, asked.reset());
        }
        try {
            Map<Integer, ResolvedStart> resumed = resumed(topic, selected, asked);
            if (from instanceof StartPosition.AtOffsets named) {
                resumed.keySet().removeAll(named.offsets().keySet());
            } else if (from instanceof StartPosition.AtOffset) {
                resumed.clear();
            }
            List<TopicPartition> fresh = selected.stream()
                    .filter(partition -> !resumed.containsKey(partition.partition()))
                    .toList();
            if (fresh.isEmpty()) {
                return Future.succeededFuture(List.copyOf(inOrder(selected, resumed)));
            }
            return starts.resolve(from, fresh, asked.reset()).map(found -> {
                found.forEach(start -> resumed.put(start.partition().partition(), start));
                return inOrder(selected, resumed);
            });
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    private Map<Integer, ResolvedStart> resumed(
            TopicMetadata topic, List<TopicPartition> selected, StreamParameters asked) {
        Map<Integer, TopicPartition> byIndex = new HashMap<>();
        selected.forEach(partition -> byIndex.put(partition.partition(), partition));
        Map<Integer, ResolvedStart> resumed = new HashMap<>();
        for (ResumeToken.TopicPositions positions : asked.resume().topics()) {
            for (ResumeToken.Position position : positions.partitions()) {
                TopicPartition partition = byIndex.get(position.partition());
                if (partition != null) {
                    boolean sameTopic = positions.topicId().equals(topic.id());
                    resumed.put(position.partition(), resume(partition, position, sameTopic, asked.reset()));
                }
            }
        }
        return resumed;
    }

    private ResolvedStart resume(
            TopicPartition partition, ResumeToken.Position position, boolean sameTopic, Reset reset) {
        PartitionOffsets offsets = partitions.offsets(partition);
        if (!sameTopic) {
            // Offsets of another topic mean nothing here, even where they exist.
            ResolvedStart start = reset.apply(partition, -1, offsets);
            return new ResolvedStart(
                    partition,
                    start.position(),
                    new Gap(position.offset(), start.position(), Gap.Reason.TOPIC_RECREATED));
        }
        if (position.offset() > offsets.logEndOffset() || position.leaderEpoch() > offsets.leaderEpoch()) {
            // The log was cut below what this client has seen. It goes on at what the servers now agree on.
            long end = Math.min(position.offset(), offsets.highWatermark());
            return new ResolvedStart(partition, end, new Gap(position.offset(), end, Gap.Reason.TRUNCATED));
        }
        return reset.apply(partition, position.offset(), offsets);
    }

    private static List<ResolvedStart> inOrder(List<TopicPartition> selected, Map<Integer, ResolvedStart> starts) {
        return selected.stream()
                .map(partition -> starts.get(partition.partition()))
                .toList();
    }
}
