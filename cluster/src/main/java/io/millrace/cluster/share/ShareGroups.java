package io.millrace.cluster.share;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * What members of share groups do at the leaders of partitions (KIP-932): fetch, acknowledge, and leave. The door of this package for the
 * protocol.
 *
 * <p>Thread-safe, never blocks. Futures complete on the Vert.x context of the caller when it has one, and fail with {@link
 * MillraceException}.
 */
public final class ShareGroups {

    private final Vertx vertx;
    private final PartitionService partitions;
    private final Function<String, ShareGroupOptions> options;
    private final SharePartitions sharePartitions;
    private final ShareSessions sessions;
    private final ShareStats stats = new ShareStats();

    /**
     * @param partitions those that this node leads
     * @param options what is set for a group
     */
    public ShareGroups(
            Vertx vertx,
            PartitionService partitions,
            ShareStateStore store,
            Function<String, ShareGroupOptions> options,
            int maxSessions) {
        this.vertx = vertx;
        this.partitions = partitions;
        this.options = options;
        this.sharePartitions = new SharePartitions(
                partitions,
                store,
                options,
                (delayMs, task) -> vertx.setTimer(delayMs, timer -> task.run()),
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                stats);
        this.sessions = new ShareSessions(maxSessions);
    }

    /** Another image is in force: reigns may have ended or begun. Any thread; returns at once. */
    public void imageApplied(ClusterImage image) {
        sharePartitions.endReigns();
    }

    /** Gives nothing out any more: the node is stopping. */
    public void close() {
        sharePartitions.close();
    }

    /** What is to be told, in milliseconds, of each reading of the state of a group and a partition: the group waits for it. */
    public void measureLoads(LongConsumer loadMs) {
        stats.measureLoads(loadMs);
    }

    /** What happened to records here, and what is under way. Looks at each share-partition: not for event loops. */
    public ShareCounts counts() {
        return stats.counts(sharePartitions.inFlight(), sessions.size(), sharePartitions.size());
    }

    /** How long a member of a group has a record for itself, in milliseconds. */
    public int lockDurationMs(String groupId) {
        return options.apply(groupId).limits().lockDurationMs();
    }

    /**
     * The session of a request that fetches.
     *
     * @param epoch 0 opens one, -1 is the last of one, else the number of the request in it
     * @param added partitions that the member wants from now on
     * @param forgotten those that it does not want any more
     * @throws MillraceException SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH, SHARE_SESSION_LIMIT_REACHED
     */
    public ShareSession fetching(
            String groupId,
            String memberId,
            int epoch,
            Collection<TopicPartition> added,
            Collection<TopicPartition> forgotten) {
        return sessions.fetching(groupId, memberId, epoch, added, forgotten);
    }

    /** The session of a request that acknowledges only; throws as {@link #fetching}. */
    public ShareSession acknowledging(String groupId, String memberId, int epoch) {
        return sessions.acknowledging(groupId, memberId, epoch);
    }

    /** What a session wants, in the order in which it came to want it. */
    public List<TopicPartition> partitionsOf(ShareSession session) {
        return sessions.partitionsOf(session);
    }

    /** Ends a session: others get what the member has not acknowledged. Does nothing when the member has opened another since. */
    public void close(ShareSession session) {
        if (!sessions.isPresent(session)) {
            return;
        }
        for (TopicPartition each : sessions.partitionsOf(session)) {
            SharePartition partition = sharePartitions.knownOrNull(session.groupId(), each);
            if (partition != null) {
                partition.release(session.memberId());
            }
        }
        if (sessions.close(session)) {
            sharePartitions.forget(session.groupId());
        }
    }

    /** What a member says of records that it has. Completes when that would survive the death of this node. */
    public Future<Void> acknowledge(String groupId, String memberId, TopicPartition partition, List<AckBatch> acks) {
        if (!options.apply(groupId).renewals()
                && acks.stream().anyMatch(each -> each.types().contains(AckType.RENEW))) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.INVALID_RECORD_STATE,
                    "Nothing was stored: members of group " + groupId
                            + " may not renew records (share.renew.acknowledge.enable)"));
        }
        Promise<Void> stored = CallerContext.promise();
        sharePartitions
                .of(groupId, partition)
                .compose(found -> found.acknowledge(memberId, acks))
                .onSuccess(done -> stats.acknowledged(acks))
                .recover(failure -> Future.failedFuture(asAnswer(failure)))
                .onComplete(stored);
        return stored.future();
    }

    /** A leader that was replaced says so in one way only: clients know it. */
    private static Throwable asAnswer(Throwable failure) {
        return failure instanceof MillraceException known
                        && (known.code() == ErrorCode.FENCED_LEADER_EPOCH
                                || known.code() == ErrorCode.FENCED_STATE_EPOCH)
                ? new MillraceException(ErrorCode.NOT_LEADER_OR_FOLLOWER, known.getMessage(), known)
                : failure;
    }

    /** Records for a member. Completes with what it got of each partition of which it got something, or of which something is to be told. */
    public Future<Map<TopicPartition, ShareFetched>> fetch(ShareFetchCommand command) {
        Map<TopicPartition, Future<SharePartition>> opening = new LinkedHashMap<>();
        command.partitions().forEach(each -> opening.put(each, sharePartitions.of(command.groupId(), each)));
        // A state that several wait for is ready on the context of one of them.
        Promise<Void> ready = CallerContext.promise();
        Future.join(List.copyOf(opening.values())).onComplete(all -> ready.complete());
        return ready.future().compose(opened -> fetch(command, opening));
    }

    private Future<Map<TopicPartition, ShareFetched>> fetch(
            ShareFetchCommand command, Map<TopicPartition, Future<SharePartition>> opening) {
        Map<TopicPartition, SharePartition> opened = new LinkedHashMap<>();
        Map<TopicPartition, ShareFetched> failures = new LinkedHashMap<>();
        opening.forEach((partition, open) -> {
            if (open.succeeded()) {
                opened.put(partition, open.result());
            } else {
                failures.put(partition, ShareFetched.failed(asAnswer(open.cause())));
            }
        });
        Isolation isolation = options.apply(command.groupId()).isolation();
        return new DelayedShareFetch(vertx, partitions, command, isolation, opened, failures).start();
    }
}
