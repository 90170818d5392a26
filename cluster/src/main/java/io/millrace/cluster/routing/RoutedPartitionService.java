package io.millrace.cluster.routing;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.membership.OwnershipTable;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.partition.FetchCommand;
import io.millrace.cluster.partition.FetchedPartition;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.LocalPartitionService;
import io.millrace.cluster.partition.OnceAppender;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.partition.ReplicaReader;
import io.millrace.cluster.partition.Watch;
import io.millrace.cluster.routing.LeaderClient.Fetch;
import io.millrace.cluster.routing.LeaderClient.Fetched;
import io.millrace.cluster.routing.LeaderClient.Found;
import io.millrace.cluster.routing.LeaderClient.From;
import io.millrace.cluster.routing.LeaderClient.Known;
import io.millrace.cluster.routing.Leaders.Leader;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogSlice;
import io.millrace.storage.PartitionLog.EpochEndOffset;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TimestampOffset;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The door to every partition of the cluster, for clients that cannot go to another node themselves: HTTP and streams.
 *
 * <ul>
 *   <li>Appends go to the leader, wherever it is ({@link RoutedAppends}).
 *   <li>Whoever comes here sees what is committed, whatever isolation he asks for: nothing of a transaction that is open or was aborted.
 *       So the high watermark that is told is the last stable offset.
 *   <li>What this node has a replica of is read from it, up to the last stable offset known here, whoever leads.
 *   <li>The rest is read from its leader; what is new is fetched once for the node ({@link RemotePartitions}).
 * </ul>
 *
 * A change of leader is not an error here: reads wait for the next one, watches stay, and offsets below a high watermark mean the same
 * before and after. Reads and watches may be asked of partitions that were never {@link #prepare prepared}; {@link #offsets} fails with
 * LEADER_NOT_AVAILABLE then, until they are known.
 */
public final class RoutedPartitionService implements PartitionService {

    /** How long a read waits for a leader. */
    private static final long READ_TIMEOUT_MS = 10_000;

    private final Vertx vertx;
    private final LocalPartitionService local;
    private final ReplicaReader replicas;
    private final Leaders leaders;
    private final LeaderCalls calls;
    private final LeaderClient client;
    private final RoutedAppends appends;
    private final RemotePartitions remotes;
    private final RoutedWatches watches;
    private final OffsetLookups lookups;
    private final EpochEnds epochEnds;

    /** @param image the newest image; may give null before there is one */
    public RoutedPartitionService(
            Vertx vertx,
            int nodeId,
            LocalPartitionService local,
            Supplier<ClusterImage> image,
            OwnershipTable table,
            LeaderClient client) {
        this.vertx = vertx;
        this.local = local;
        this.replicas = local.replicaReader();
        this.client = client;
        this.leaders = new Leaders(nodeId, image, table);
        this.calls = new LeaderCalls(vertx, leaders);
        this.appends = new RoutedAppends(vertx, leaders, calls, local, client);
        this.remotes = new RemotePartitions(vertx, leaders, client);
        this.watches = new RoutedWatches(this, replicas, remotes);
        this.lookups = new OffsetLookups(client);
        this.epochEnds = new EpochEnds(leaders, calls, local, client);
    }

    /**
     * Appends that are stored once, wherever the partition is led.
     *
     * @param here of the partitions that this node leads
     */
    public OnceAppender once(OnceAppender here) {
        return new RoutedOnce(appends, leaders, calls, here, client);
    }

    /** There is a new image, and it is in force on this node. */
    public void imageApplied() {
        watches.rearrange();
        remotes.poll();
    }

    public void close() {
        remotes.close();
    }

    boolean exists(TopicPartition key) {
        return leaders.exists(key);
    }

    /** The epoch of the leader, as far as it is known here; -1 when there is none. */
    int leaderEpoch(TopicPartition key) {
        return leaders.epoch(key);
    }

    /** Whether the replica here is read, and not another node. */
    boolean isReadHere(TopicPartition key) {
        return replicas.leads(key) || replicas.has(key) && leaders.isInSyncHere(key);
    }

    @Override
    public Optional<TopicPartition> partition(String topic, int partition) {
        return local.partition(topic, partition);
    }

    @Override
    public Future<Void> prepare(Collection<TopicPartition> partitions, long timeoutMs) {
        for (TopicPartition key : partitions) {
            if (!replicas.leads(key)) {
                return new Preparation(vertx, leaders, replicas, remotes, lookups, timeoutMs).start(partitions);
            }
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<AppendResult> append(AppendCommand command) {
        return appends.append(command);
    }

    /** Only of partitions that this node leads: Kafka clients go to the leader themselves. */
    @Override
    public Future<List<FetchedPartition>> fetch(FetchCommand command) {
        return local.fetch(command);
    }

    @Override
    public Future<ReadResult> read(TopicPartition key, long offset, int maxBytes, Isolation isolation) {
        if (replicas.leads(key)) {
            return local.read(key, offset, maxBytes, Isolation.READ_COMMITTED)
                    .recover(failure -> isLeaderGone(failure)
                            ? readElsewhere(key, offset, maxBytes)
                            : Future.failedFuture(failure));
        }
        return readElsewhere(key, offset, maxBytes);
    }

    private static boolean isLeaderGone(Throwable failure) {
        return failure instanceof MillraceException answer && answer.code() == ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }

    private Future<ReadResult> readElsewhere(TopicPartition key, long offset, int maxBytes) {
        if (!leaders.exists(key)) {
            return local.read(key, offset, maxBytes, Isolation.READ_COMMITTED);
        }
        if (isReadHere(key) || hasHere(key, offset)) {
            return replicas.read(key, offset, maxBytes);
        }
        RemotePartition remote = remotes.get(key);
        PartitionOffsets known = remote.offsetsOrNull();
        if (known != null && offset >= known.highWatermark()) {
            return Future.succeededFuture(ReadResult.empty());
        }
        ReadResult recent = remote.window().read(offset, maxBytes);
        return recent != null
                ? Future.succeededFuture(recent)
                : calls.ask(key, READ_TIMEOUT_MS, leader -> readAt(leader, remote, offset, maxBytes));
    }

    /**
     * Also a replica that is far behind has the right records, it only does not have the newest; but after an unclean election one that was
     * not cut yet may have others.
     */
    private boolean hasHere(TopicPartition key, long offset) {
        return replicas.has(key)
                && !leaders.isRecovering(key)
                && offset < replicas.offsets(key).highWatermark();
    }

    private Future<ReadResult> readAt(Leader leader, RemotePartition remote, long offset, int maxBytes) {
        TopicPartition key = remote.key();
        if (leaders.isHere(leader)) {
            return local.read(key, offset, maxBytes, Isolation.READ_COMMITTED);
        }
        From from = new From(new Known(key, leader.epoch()), offset, maxBytes);
        return client.fetch(leader.nodeId(), new Fetch(List.of(from), 0, maxBytes))
                .map(answers -> records(remote, leader, offset, answers.get(0)));
    }

    private static ReadResult records(RemotePartition remote, Leader leader, long offset, Fetched answer) {
        if (answer.error() == ErrorCode.OFFSET_OUT_OF_RANGE && answer.highWatermark() >= 0) {
            // Whoever asked looks at the offsets next.
            if (offset > answer.highWatermark()) {
                remote.restart(leader.epoch(), answer.logStartOffset(), answer.highWatermark());
            } else {
                remote.learned(leader.epoch(), answer.logStartOffset(), answer.highWatermark());
            }
        }
        if (answer.error() != ErrorCode.NONE) {
            throw refused(remote.key(), offset, answer);
        }
        remote.learned(leader.epoch(), answer.logStartOffset(), answer.highWatermark());
        if (answer.records().hasRemaining()) {
            return new ReadResult(List.of(new LogSlice.Memory(answer.records().asReadOnlyBuffer())));
        }
        if (offset < remote.offsets().highWatermark()) {
            throw new MillraceException(
                    ErrorCode.OFFSET_NOT_AVAILABLE,
                    "The leader of " + remote.key()
                            + " is new and does not know yet how far its replicas are: ask again");
        }
        return ReadResult.empty();
    }

    private static MillraceException refused(TopicPartition key, long offset, Fetched answer) {
        return new MillraceException(
                answer.error(),
                "The leader of " + key + " does not give what follows offset " + offset + ": " + answer.error()
                        + (answer.logStartOffset() >= 0
                                ? "; it has " + answer.logStartOffset() + " up to " + answer.highWatermark()
                                : ""));
    }

    @Override
    public PartitionOffsets offsets(TopicPartition key) {
        if (isReadHere(key)) {
            return replicas.offsets(key);
        }
        if (!leaders.exists(key)) {
            return local.offsets(key);
        }
        RemotePartition remote = remotes.get(key);
        if (remote.offsetsOrNull() == null && replicas.has(key)) {
            return replicas.offsets(key);
        }
        return remote.offsets();
    }

    @Override
    public long latestOffset(TopicPartition key, Isolation isolation) {
        return replicas.leads(key)
                ? local.latestOffset(key, Isolation.READ_COMMITTED)
                : offsets(key).readLimit(isolation);
    }

    @Override
    public Watch watch(TopicPartition key, long position, Runnable listener) {
        return watches.watch(key, position, listener);
    }

    @Override
    public Future<Optional<TimestampOffset>> findByTimestamp(
            TopicPartition key, long timestampMs, Isolation isolation) {
        return isReadHere(key)
                ? replicas.findByTimestamp(key, timestampMs)
                : calls.ask(key, READ_TIMEOUT_MS, leader -> findAt(leader, key, timestampMs));
    }

    @Override
    public Future<Optional<TimestampOffset>> findMaxTimestamp(TopicPartition key, Isolation isolation) {
        return calls.ask(
                key,
                READ_TIMEOUT_MS,
                leader -> leaders.isHere(leader)
                        ? local.findMaxTimestamp(key, Isolation.READ_COMMITTED)
                        : findAt(leader, key, LeaderClient.MAX_TIMESTAMP));
    }

    private Future<Optional<TimestampOffset>> findAt(Leader leader, TopicPartition key, long timestampMs) {
        if (leaders.isHere(leader)) {
            return replicas.findByTimestamp(key, timestampMs);
        }
        return client.find(leader.nodeId(), List.of(new Known(key, leader.epoch())), timestampMs)
                .map(answers -> {
                    Found found = answers.get(0);
                    if (found.error() != ErrorCode.NONE) {
                        throw new MillraceException(
                                found.error(), "The leader of " + key + " does not search by time: " + found.error());
                    }
                    return found.offset() < 0
                            ? Optional.empty()
                            : Optional.of(
                                    new TimestampOffset(found.timestampMs(), found.offset(), found.leaderEpoch()));
                });
    }

    /** Only of partitions that this node leads. */
    @Override
    public Future<Long> deleteRecords(TopicPartition key, long beforeOffset) {
        return local.deleteRecords(key, beforeOffset);
    }

    /** Only of partitions that this node leads: Kafka clients go to the leader themselves. */
    @Override
    public Optional<EpochEndOffset> endOffsetForEpoch(TopicPartition key, int leaderEpoch, int currentLeaderEpoch) {
        return local.endOffsetForEpoch(key, leaderEpoch, currentLeaderEpoch);
    }

    @Override
    public Future<EpochEnd> endOfEpoch(TopicPartition key, int leaderEpoch) {
        return epochEnds.find(key, leaderEpoch);
    }

    /** What they take on this node's disk. */
    @Override
    public long sizeBytes(TopicPartition key) {
        return replicas.sizeBytes(key);
    }
}
