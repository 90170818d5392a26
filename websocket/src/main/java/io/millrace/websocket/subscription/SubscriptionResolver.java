package io.millrace.websocket.subscription;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.LeaderChange;
import io.millrace.websocket.protocol.WireForm;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Decides what a client follows: the partitions of its topics, and where each begins. {@link #prepare} comes first, then {@link
 * #resolve}; a partition that appears later is resolved by {@link #start}. Never blocks; any event loop.
 */
public final class SubscriptionResolver {

    /** Longer than it takes until a dead leader has a successor. */
    private static final long PREPARE_TIMEOUT_MS = 10_000;
    /** So long a subscription waits for the leaders of all its partitions; what is not known then comes later. */
    private static final long GRACE_MS = 500;

    private final Vertx vertx;
    private final Controller controller;
    private final PartitionService partitions;
    private final StartPositionResolver starts;
    private final ResumedStarts resumed;
    private final TableStarts tables;
    private final TopicSelector selector;

    /**
     * A resolver.
     *
     * @param topicDefaults the node's settings for topics that do not set their own
     */
    public SubscriptionResolver(
            Vertx vertx,
            Controller controller,
            PartitionService partitions,
            Clock clock,
            Map<String, String> topicDefaults,
            TopicSelector selector) {
        this.vertx = vertx;
        this.controller = controller;
        this.partitions = partitions;
        this.starts = new StartPositionResolver(partitions, clock);
        this.resumed = new ResumedStarts(partitions);
        this.tables = new TableStarts(partitions, clock, topicDefaults);
        this.selector = selector;
    }

    /**
     * The partitions that are asked for, as they are now, by topic and number.
     *
     * @throws MillraceException UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST
     */
    public List<TopicPartition> select(StreamParameters asked) {
        List<TopicPartition> selected = selector.select(controller.image(), asked.selection());
        if (asked.shape().table()) {
            selected.forEach(partition -> tables.requireCompacted(topic(partition)));
        }
        return selected;
    }

    /** The partitions of an image that are asked for and not followed yet; throws INVALID_REQUEST when they would be too many. */
    public List<TopicPartition> added(ClusterImage image, StreamParameters asked, List<TopicPartition> followed) {
        return selector.added(image, asked.selection(), followed);
    }

    /**
     * Learns what is to be known of partitions. Complete at once when this node leads them all, and after a short while even when some
     * have no leader.
     */
    public Future<Void> prepare(List<TopicPartition> selected) {
        List<Future<Void>> all = new ArrayList<>(selected.size());
        for (TopicPartition partition : selected) {
            all.add(partitions.prepare(List.of(partition), PREPARE_TIMEOUT_MS));
        }
        Future<Void> known = Future.join(all).mapEmpty();
        if (known.isComplete()) {
            return Future.succeededFuture();
        }
        Promise<Void> done = Promise.promise();
        long timer = vertx.setTimer(GRACE_MS, id -> done.tryComplete());
        known.onComplete(ignored -> {
            vertx.cancelTimer(timer);
            done.tryComplete();
        });
        return done.future();
    }

    /**
     * Resolves. Wrong requests are thrown, so that they can be refused before a stream is opened; what takes time to find, or
     * fails later, comes with the future.
     *
     * @throws MillraceException UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST, OFFSET_OUT_OF_RANGE
     */
    public Future<Subscription> resolve(
            List<TopicPartition> selected, WireForm form, boolean deflated, StreamParameters asked) {
        if (asked.group() != null) {
            return Future.succeededFuture(new Subscription(asked, form, deflated, List.of(), List.of(), null));
        }
        if (asked.start().from() != null) {
            StartPositionResolver.checkSuits(asked.start().from(), selected);
        }
        MillraceException gone = asked.start().resume() == null
                ? null
                : TokenTopics.check(controller.image(), asked.selection(), selected, asked.start());
        List<TopicPartition> waiting = new ArrayList<>();
        List<Future<PartitionStart>> found = new ArrayList<>(selected.size());
        for (TopicPartition partition : selected) {
            Future<PartitionStart> start = find(partition, asked);
            if (start.failed() && !LeaderChange.isPassing(start.cause())) {
                throw (MillraceException) start.cause();
            }
            found.add(start.recover(e -> {
                if (!LeaderChange.isPassing(e)) {
                    return Future.failedFuture(e);
                }
                waiting.add(partition);
                return Future.succeededFuture();
            }));
        }
        return Future.all(found)
                .map(all -> new Subscription(
                        asked,
                        form,
                        deflated,
                        all.<PartitionStart>list().stream()
                                .filter(Objects::nonNull)
                                .toList(),
                        waiting,
                        gone));
    }

    /**
     * Where one partition begins, as soon as that can be known: the wait is as long as nobody leads the partition. Fails with
     * UNKNOWN_TOPIC_OR_PARTITION when it is gone, and as {@link #resolve}.
     */
    public Future<PartitionStart> start(TopicPartition partition, StreamParameters asked) {
        return partitions
                .prepare(List.of(partition), PREPARE_TIMEOUT_MS)
                .compose(known -> find(partition, asked))
                .recover(e -> {
                    if (!LeaderChange.isPassing(e) || isGone(partition)) {
                        return Future.failedFuture(e);
                    }
                    return vertx.timer(LeaderChange.PAUSE_MS).compose(v -> start(partition, asked));
                });
    }

    /** As {@link #start}, for a partition that was made after the subscription: it begins with its first record. */
    public Future<PartitionStart> startOfNew(TopicPartition partition, StreamParameters asked) {
        return start(partition, asked.from(StartPosition.EARLIEST));
    }

    /** As {@link #start}, for a partition that a group has assigned: from what it has committed, -1 for nothing. */
    public Future<PartitionStart> startAssigned(
            TopicPartition partition, long committedOffset, StreamParameters asked) {
        if (committedOffset >= 0) {
            return start(
                    partition,
                    asked.from(new StartPosition.AtOffsets(
                            Map.of(new StartPosition.Named(null, partition.partition()), committedOffset))));
        }
        boolean fromLatest = asked.start().from() instanceof StartPosition.Latest
                || (!(asked.start().from() instanceof StartPosition.Earliest)
                        && asked.start().reset() == Reset.LATEST);
        return start(partition, asked.from(fromLatest ? StartPosition.LATEST : StartPosition.EARLIEST));
    }

    /** Where partitions of a running subscription go on after a {@code seek}; throws and fails as {@link #resolve}. */
    public Future<List<PartitionStart>> seek(List<TopicPartition> followed, StreamParameters asked, StartPosition to) {
        StartPositionResolver.checkSuits(to, followed);
        List<Future<PartitionStart>> found = new ArrayList<>(followed.size());
        for (TopicPartition partition : followed) {
            found.add(starts.resolve(to, partition, asked.start().reset()));
        }
        return Future.all(found).map(all -> all.<PartitionStart>list());
    }

    private TopicMetadata topic(TopicPartition partition) {
        return TopicSelector.topic(controller.image(), partition.topic());
    }

    private boolean isGone(TopicPartition partition) {
        return controller.image().topic(partition.topicId()).isEmpty();
    }

    private Future<PartitionStart> find(TopicPartition partition, StreamParameters asked) {
        StartRule rule = asked.start();
        if (asked.shape().table()) {
            try {
                Future<PartitionStart> known = rule.resume() == null
                        ? Future.succeededFuture()
                        : resumed.find(partition, rule, asked.selection());
                return known.compose(start -> tables.resolve(topic(partition), partition, start));
            } catch (MillraceException e) {
                return Future.failedFuture(e);
            }
        }
        StartPosition from = rule.from() == null ? StartPosition.LATEST : rule.from();
        if (rule.resume() != null && !isNamed(from, partition)) {
            try {
                return resumed.find(partition, rule, asked.selection())
                        .compose(start -> start != null
                                ? Future.succeededFuture(start)
                                : starts.resolve(from, partition, rule.reset()));
            } catch (MillraceException e) {
                return Future.failedFuture(e);
            }
        }
        return starts.resolve(from, partition, rule.reset());
    }

    private static boolean isNamed(StartPosition from, TopicPartition partition) {
        return from instanceof StartPosition.AtOffset
                || (from instanceof StartPosition.AtOffsets named && named.of(partition) != null);
    }
}
