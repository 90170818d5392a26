package io.millrace.cluster.share;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition for one share group, at the leader, during its reign: its {@link ShareWindow} with a lock, a clock, and a place where changes
 * are stored. Changes are stored one write after the other, all that came meanwhile with the next: an older state never lands on a newer.
 *
 * <p>Thread-safe; nothing waits while the lock is held.
 */
final class SharePartition {

    private static final Logger log = LoggerFactory.getLogger(SharePartition.class);

    private final String groupId;
    private final TopicPartition partition;
    private final int leaderEpoch;
    private final int stateEpoch;
    private final Supplier<ShareLimits> limits;
    private final ShareStateStore store;
    private final DelayedTasks tasks;
    private final LongSupplier nowMs;
    private final ShareStats stats;

    /** Called whenever there may be more to fetch, and at the end. */
    private final Set<Runnable> listeners = new CopyOnWriteArraySet<>();

    // Guarded by this.
    private final ShareWindow window;
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<Promise<Void>> settling = new ArrayList<>();
    private final Set<Runnable> refusedFetches = new LinkedHashSet<>();
    private long givenUp;
    private boolean fetching;
    private boolean writing;
    private boolean closed;
    private long timerAtMs = Long.MAX_VALUE;

    private record Waiting(Change change, Promise<Void> stored) {}

    SharePartition(
            String groupId,
            TopicPartition partition,
            int leaderEpoch,
            SavedState saved,
            Supplier<ShareLimits> limits,
            ShareStateStore store,
            DelayedTasks tasks,
            LongSupplier nowMs,
            ShareStats stats) {
        this.groupId = groupId;
        this.partition = partition;
        this.leaderEpoch = leaderEpoch;
        this.stateEpoch = saved.stateEpoch();
        this.window = new ShareWindow(saved.startOffset(), saved.batches());
        this.limits = limits;
        this.store = store;
        this.tasks = tasks;
        this.nowMs = nowMs;
        this.stats = stats;
    }

    TopicPartition partition() {
        return partition;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized long inFlight() {
        return window.inFlight();
    }

    void listen(Runnable listener) {
        listeners.add(listener);
    }

    void unlisten(Runnable listener) {
        listeners.remove(listener);
    }

    private void moved() {
        listeners.forEach(Runnable::run);
    }

    /**
     * Where to read for a member. While one reads, others have nothing to read: they would get the same records. Empty also when as many
     * as may be are under way. Whoever gets an offset must call {@link #endFetch}.
     *
     * @param refused is called when somebody else has read
     */
    synchronized OptionalLong beginFetch(long logStartOffset, Runnable refused) {
        if (fetching) {
            refusedFetches.add(refused);
            return OptionalLong.empty();
        }
        if (closed) {
            return OptionalLong.empty();
        }
        window.logStartsAt(logStartOffset);
        OptionalLong next = window.nextFetchOffset(limits.get());
        fetching = next.isPresent();
        return next;
    }

    void endFetch() {
        List<Runnable> next;
        synchronized (this) {
            fetching = false;
            next = List.copyOf(refusedFetches);
            refusedFetches.clear();
        }
        next.forEach(Runnable::run);
    }

    /**
     * Gives what was read at the offset of {@link #beginFetch} to a member; see {@link ShareWindow#acquire}. What nobody can be given, such
     * as the markers of transactions, may move the start: that is stored, or the group would seem to be behind.
     */
    List<AcquiredRecords> acquire(String member, List<LogBatch> batches, long from, int maxRecords, boolean strictly) {
        List<AcquiredRecords> acquired;
        synchronized (this) {
            if (closed) {
                return List.of();
            }
            long startBefore = window.startOffset();
            acquired = window.acquire(member, batches, from, maxRecords, strictly, limits.get(), nowMs.getAsLong());
            if (window.startOffset() > startBefore) {
                waiting.add(new Waiting(new Change(), Promise.promise()));
            }
            scheduleExpiry();
            countGivenUp();
        }
        write();
        return acquired;
    }

    /**
     * What a member says of records that it has. Completes when it is stored. Fails with INVALID_RECORD_STATE, and as {@link
     * ShareStateStore#write}: the member has the records still, until their lock ends.
     */
    Future<Void> acknowledge(String member, List<AckBatch> acks) {
        Promise<Void> stored = CallerContext.promise();
        synchronized (this) {
            if (closed) {
                return Future.failedFuture(over());
            }
            Change change;
            try {
                change = window.acknowledge(member, acks, limits.get(), nowMs.getAsLong());
            } catch (MillraceException e) {
                return Future.failedFuture(e);
            }
            if (change.isEmpty()) {
                return Future.succeededFuture();
            }
            waiting.add(new Waiting(change, stored));
        }
        write();
        return stored.future();
    }

    private MillraceException over() {
        return new MillraceException(
                ErrorCode.NOT_LEADER_OR_FOLLOWER, "The records of " + partition + " are given out by another by now");
    }

    /** A member is gone: others get what it has. */
    void release(String member) {
        store(() -> window.release(member, limits.get()));
    }

    private void expire() {
        store(() -> {
            Change change = window.expire(limits.get(), nowMs.getAsLong());
            stats.lockTimeouts(change.count());
            return change;
        });
        synchronized (this) {
            scheduleExpiry();
        }
    }

    /** Changes that count at once; that they are stored is only for those who come after this reign. */
    private void store(Supplier<Change> taking) {
        synchronized (this) {
            Change change = closed ? new Change() : taking.get();
            countGivenUp();
            if (change.isEmpty()) {
                return;
            }
            waiting.add(new Waiting(change, Promise.promise()));
        }
        moved();
        write();
    }

    private void countGivenUp() {
        stats.givenUp(window.givenUp() - givenUp);
        givenUp = window.givenUp();
    }

    private void scheduleExpiry() {
        OptionalLong next = window.nextLockEndMs();
        if (closed || next.isEmpty() || timerAtMs <= next.getAsLong()) {
            return;
        }
        long atMs = next.getAsLong();
        timerAtMs = atMs;
        tasks.runAfter(Math.max(1, atMs - nowMs.getAsLong()), () -> {
            synchronized (this) {
                if (timerAtMs != atMs) {
                    // An earlier one was set after this one.
                    return;
                }
                timerAtMs = Long.MAX_VALUE;
            }
            expire();
        });
    }

    /** Has the start stored, before anything is acknowledged: whoever leads next begins there, too. */
    Future<Void> storeStart() {
        Promise<Void> stored = CallerContext.promise();
        synchronized (this) {
            waiting.add(new Waiting(new Change(), stored));
        }
        write();
        return stored.future();
    }

    private void write() {
        List<Waiting> now;
        StateUpdate update;
        synchronized (this) {
            if (writing || waiting.isEmpty()) {
                return;
            }
            writing = true;
            now = List.copyOf(waiting);
            waiting.clear();
            update = window.update(now.stream().map(Waiting::change).toList());
        }
        Future<Void> written;
        try {
            written = store.write(groupId, partition, leaderEpoch, stateEpoch, update);
        } catch (RuntimeException e) {
            // Whatever went wrong, others wait for the next write.
            written = Future.failedFuture(e);
        }
        written.onComplete(done -> written(now, done.succeeded() ? null : done.cause()));
    }

    private void written(List<Waiting> now, Throwable failure) {
        List<Promise<Void>> settled = List.of();
        synchronized (this) {
            window.settle(now.stream().map(Waiting::change).toList(), failure == null);
            countGivenUp();
            writing = false;
            if (failure instanceof MillraceException refused && isFinal(refused.code())) {
                closed = true;
            }
            if (waiting.isEmpty()) {
                settled = List.copyOf(settling);
                settling.clear();
            }
            // What was not stored is still somebody's, whose time may be up.
            scheduleExpiry();
        }
        if (failure != null) {
            log.info("A change of what group {} has of {} was not stored: {}", groupId, partition, failure.toString());
        }
        for (Waiting each : now) {
            if (failure == null) {
                each.stored().complete();
            } else {
                each.stored().fail(failure);
            }
        }
        settled.forEach(Promise::complete);
        moved();
        write();
    }

    /** Nothing that this reign wants to store will be stored any more. */
    private static boolean isFinal(ErrorCode code) {
        return code == ErrorCode.FENCED_LEADER_EPOCH
                || code == ErrorCode.FENCED_STATE_EPOCH
                || code == ErrorCode.GROUP_ID_NOT_FOUND
                || code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }

    /** Gives nothing out any more. Completes when what was under way is stored, or is not. */
    Future<Void> close() {
        Promise<Void> settled = Promise.promise();
        synchronized (this) {
            closed = true;
            if (!writing && waiting.isEmpty()) {
                settled.complete();
            } else {
                settling.add(settled);
            }
        }
        moved();
        return settled.future();
    }
}
