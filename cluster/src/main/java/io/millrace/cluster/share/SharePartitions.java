package io.millrace.cluster.share;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The share-partitions of the partitions that this node leads; a state is read when somebody asks for it, and again when another reign has
 * begun. Thread-safe, never blocks.
 */
final class SharePartitions {

    private record Key(String groupId, TopicPartition partition) {}

    /** @param ready fails when it cannot be read */
    private record Entry(int leaderEpoch, Future<SharePartition> ready) {

        boolean isUsable(int presentEpoch) {
            return leaderEpoch == presentEpoch
                    && !ready.failed()
                    && (!ready.succeeded() || !ready.result().isClosed());
        }
    }

    private final PartitionService partitions;
    private final ShareStateStore store;
    private final Function<String, ShareGroupOptions> options;
    private final DelayedTasks tasks;
    private final LongSupplier nowMs;
    private final ShareStats stats;
    private final Map<Key, Entry> entries = new ConcurrentHashMap<>();

    SharePartitions(
            PartitionService partitions,
            ShareStateStore store,
            Function<String, ShareGroupOptions> options,
            DelayedTasks tasks,
            LongSupplier nowMs,
            ShareStats stats) {
        this.partitions = partitions;
        this.store = store;
        this.options = options;
        this.tasks = tasks;
        this.nowMs = nowMs;
        this.stats = stats;
    }

    /**
     * The share-partition of a group. Fails with NOT_LEADER_OR_FOLLOWER or UNKNOWN_TOPIC_OR_PARTITION, as {@link ShareStateStore#read},
     * and OFFSET_NOT_AVAILABLE when a group is to begin where a new leader does not know the end yet.
     */
    Future<SharePartition> of(String groupId, TopicPartition partition) {
        int epoch;
        try {
            epoch = partitions.offsets(partition).leaderEpoch();
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
        return entries.compute(new Key(groupId, partition), (key, present) -> {
                    if (present != null && present.isUsable(epoch)) {
                        return present;
                    }
                    return new Entry(epoch, closed(present).compose(over -> load(groupId, partition, epoch)));
                })
                .ready();
    }

    /** What the former one has under way may be stored yet, and is to be read by the next. */
    private static Future<Void> closed(Entry former) {
        return former == null
                ? Future.succeededFuture()
                : former.ready().compose(SharePartition::close).otherwiseEmpty();
    }

    private Future<SharePartition> load(String groupId, TopicPartition partition, int epoch) {
        long beganMs = nowMs.getAsLong();
        return read(groupId, partition, epoch).onSuccess(read -> stats.loaded(nowMs.getAsLong() - beganMs));
    }

    private Future<SharePartition> read(String groupId, TopicPartition partition, int epoch) {
        return store.read(groupId, partition, epoch).compose(saved -> {
            if (saved.startOffset() != SavedState.NOT_STARTED) {
                return Future.succeededFuture(open(groupId, partition, epoch, saved));
            }
            return start(partition, options.apply(groupId)).compose(offset -> {
                SavedState begun = new SavedState(saved.stateEpoch(), offset, saved.batches());
                SharePartition opened = open(groupId, partition, epoch, begun);
                return opened.storeStart().map(opened);
            });
        });
    }

    private SharePartition open(String groupId, TopicPartition partition, int epoch, SavedState saved) {
        return new SharePartition(
                groupId, partition, epoch, saved, () -> options.apply(groupId).limits(), store, tasks, nowMs, stats);
    }

    private Future<Long> start(TopicPartition partition, ShareGroupOptions group) {
        try {
            return switch (group.start().kind()) {
                case LATEST -> Future.succeededFuture(partitions.latestOffset(partition, Isolation.READ_UNCOMMITTED));
                case EARLIEST ->
                    Future.succeededFuture(partitions.offsets(partition).logStartOffset());
                case BY_DURATION -> {
                    long sinceMs =
                            System.currentTimeMillis() - group.start().age().toMillis();
                    yield partitions
                            .findByTimestamp(partition, sinceMs, Isolation.READ_UNCOMMITTED)
                            .map(found -> found.map(TimestampOffset::offset)
                                    .orElseGet(() -> partitions.latestOffset(partition, Isolation.READ_UNCOMMITTED)));
                }
            };
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
    }

    /** The share-partition of a group if somebody has asked for it; else null. */
    SharePartition knownOrNull(String groupId, TopicPartition partition) {
        Entry entry = entries.get(new Key(groupId, partition));
        return entry == null || !entry.ready().succeeded()
                ? null
                : entry.ready().result();
    }

    int size() {
        return entries.size();
    }

    /** Records that are given out, or were and are to be given out again. */
    long inFlight() {
        return entries.values().stream()
                .filter(entry -> entry.ready().succeeded())
                .mapToLong(entry -> entry.ready().result().inFlight())
                .sum();
    }

    /** Nobody of a group fetches here: an administrator may set it back now, and what is known here would be old. */
    void forget(String groupId) {
        entries.keySet().stream().filter(key -> key.groupId().equals(groupId)).forEach(this::close);
    }

    /** Ends those that this node leads no more, or leads again. */
    void endReigns() {
        entries.forEach((key, entry) -> {
            int epoch;
            try {
                epoch = partitions.offsets(key.partition()).leaderEpoch();
            } catch (MillraceException notHere) {
                epoch = -1;
            }
            if (entry.leaderEpoch() != epoch) {
                close(key);
            }
        });
    }

    /** Gives nothing out any more. */
    void close() {
        entries.keySet().forEach(this::close);
    }

    /** It stays in the map until all that it had under way has come to an end: whoever asks meanwhile waits for that. */
    private void close(Key key) {
        Entry entry = entries.get(key);
        if (entry != null) {
            closed(entry).onComplete(over -> entries.remove(key, entry));
        }
    }
}
