package io.millrace.cluster.transaction;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The transactional ids of one partition of the state topic, for one reign of this node over it. Every change is written to the
 * partition first and counts when all in-sync replicas have it; of one id there is one change at a time.
 *
 * <p>Thread-safe, never blocks: an id is locked only to look at it.
 */
final class StatePartition {

    /**
     * Transactional ids of one partition, some hundred bytes each. At the limit new ones are refused until old ones expire ({@link
     * TransactionSettings#idExpirationMs}).
     */
    static final int IDS_MAX = 100_000;

    private static final int APPEND_TIMEOUT_MS = 10_000;

    private final TopicPartition partition;
    private final int leaderEpoch;
    private final PartitionService partitions;
    private final LongSupplier clock;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private volatile boolean loaded;
    private volatile boolean closed;

    StatePartition(TopicPartition partition, int leaderEpoch, PartitionService partitions, LongSupplier clock) {
        this.partition = partition;
        this.leaderEpoch = leaderEpoch;
        this.partitions = partitions;
        this.clock = clock;
    }

    /** One transactional id. Guarded by itself. */
    private static final class Entry {
        TransactionMetadata current;
        boolean pending;

        Entry(TransactionMetadata current) {
            this.current = current;
        }
    }

    /**
     * What is to become of a transactional id.
     *
     * @param next what to write; null to leave it as it is
     * @param answer for whoever asked, from what holds then
     */
    record Change<T>(TransactionMetadata next, Function<TransactionMetadata, T> answer) {

        static <T> Change<T> none(T answer) {
            return new Change<>(null, unchanged -> answer);
        }
    }

    /** Decides what is to become of a transactional id; throws MillraceException when nothing is. */
    @FunctionalInterface
    interface Decision<T> {
        /** @param pending whether another change is being written: nothing may be changed then */
        Change<T> decide(TransactionMetadata present, boolean pending);
    }

    TopicPartition partition() {
        return partition;
    }

    /** The epoch of this reign, which markers carry. */
    int leaderEpoch() {
        return leaderEpoch;
    }

    boolean isOpen() {
        return !closed;
    }

    /** Another node leads it, or this one does again, in another reign. */
    void close() {
        closed = true;
    }

    /** What the log says; before {@link #loaded}. */
    void load(String transactionalId, TransactionMetadata metadata) {
        if (metadata == null) {
            entries.remove(transactionalId);
        } else {
            entries.put(transactionalId, new Entry(metadata));
        }
    }

    void loaded() {
        loaded = true;
    }

    boolean isLoaded() {
        return loaded;
    }

    /** @throws MillraceException while it cannot be asked */
    void requireReady() {
        if (closed) {
            throw notCoordinator();
        }
        if (!loaded) {
            throw new MillraceException(
                    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
                    "The coordinator is reading the state of its transactions: try again in a moment");
        }
    }

    private MillraceException notCoordinator() {
        return new MillraceException(
                ErrorCode.NOT_COORDINATOR,
                "Another node coordinates this transactional id now: find the coordinator again");
    }

    /** What holds for an id, null when it is not known. */
    TransactionMetadata find(String transactionalId) {
        Entry entry = entries.get(transactionalId);
        if (entry == null) {
            return null;
        }
        synchronized (entry) {
            return entry.current;
        }
    }

    Collection<TransactionMetadata> all() {
        return entries.keySet().stream()
                .map(this::find)
                .filter(each -> each != null)
                .toList();
    }

    /** Makes an id known, if it is not. It is in the log with its first change. */
    void add(TransactionMetadata created) {
        if (entries.size() >= IDS_MAX && !entries.containsKey(created.transactionalId())) {
            throw new MillraceException(
                    ErrorCode.COORDINATOR_NOT_AVAILABLE,
                    "The coordinator remembers " + IDS_MAX
                            + " transactional ids, as many as it can: those that are not used"
                            + " expire after a time");
        }
        entries.putIfAbsent(created.transactionalId(), new Entry(created));
    }

    /** Changes an id. Fails with what the decision throws, INVALID_PRODUCER_ID_MAPPING for an unknown id, or why it was not written. */
    <T> Future<T> change(String transactionalId, Decision<T> decision) {
        Entry entry = entries.get(transactionalId);
        Change<T> change;
        try {
            requireReady();
            if (entry == null) {
                throw new MillraceException(
                        ErrorCode.INVALID_PRODUCER_ID_MAPPING,
                        "The transactional id '" + transactionalId
                                + "' is not known: it expired, or was never initialized");
            }
            synchronized (entry) {
                change = decision.decide(entry.current, entry.pending);
                if (change.next() == null) {
                    return Future.succeededFuture(change.answer().apply(entry.current));
                }
                entry.pending = true;
            }
        } catch (MillraceException e) {
            return Future.failedFuture(e);
        }
        TransactionMetadata next = change.next();
        return write(TransactionRecords.batch(next, clock.getAsLong())).transform(written -> {
            synchronized (entry) {
                entry.pending = false;
                if (written.succeeded()) {
                    entry.current = next;
                }
            }
            return written.succeeded()
                    ? Future.succeededFuture(change.answer().apply(next))
                    : Future.failedFuture(translated(written.cause()));
        });
    }

    /** Lets an id be forgotten, if it still is what it was. */
    void forget(TransactionMetadata expired) {
        Entry entry = entries.get(expired.transactionalId());
        if (entry == null) {
            return;
        }
        synchronized (entry) {
            if (entry.pending || entry.current != expired) {
                return;
            }
            entry.pending = true;
        }
        write(TransactionRecords.tombstone(expired.transactionalId(), clock.getAsLong()))
                .onComplete(written -> {
                    synchronized (entry) {
                        entry.pending = false;
                    }
                    if (written.succeeded()) {
                        entries.remove(expired.transactionalId(), entry);
                    }
                });
    }

    private Future<Void> write(ByteBuffer batch) {
        // Whoever waits has a context of his own; what follows here must not depend on it.
        Promise<Void> done = Promise.promise();
        partitions
                .append(new AppendCommand(partition, batch, Acks.ALL, APPEND_TIMEOUT_MS, null, leaderEpoch))
                .onComplete(written -> {
                    if (written.failed()) {
                        done.fail(written.cause());
                    } else if (closed) {
                        done.fail(notCoordinator());
                    } else {
                        done.complete();
                    }
                });
        return done.future();
    }

    private MillraceException translated(Throwable failure) {
        if (failure instanceof MillraceException known) {
            return switch (known.code()) {
                case NOT_COORDINATOR -> known;
                case NOT_LEADER_OR_FOLLOWER, UNKNOWN_TOPIC_OR_PARTITION -> notCoordinator();
                default ->
                    new MillraceException(
                            ErrorCode.COORDINATOR_NOT_AVAILABLE,
                            "The state of the transaction could not be written: " + known.getMessage(),
                            known);
            };
        }
        return new MillraceException(
                ErrorCode.COORDINATOR_NOT_AVAILABLE, "The state of the transaction could not be written", failure);
    }
}
