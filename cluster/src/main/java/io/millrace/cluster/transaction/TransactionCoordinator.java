package io.millrace.cluster.transaction;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.transaction.StatePartition.Change;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Coordinates the transactions of the transactional ids whose part of the state topic this node leads (KIP-98, KIP-360, KIP-890): gives
 * producers their ids and epochs, fences those who were replaced, notes which partitions a transaction has, decides its outcome and has
 * it told to them. What it answers is in the state topic on all in-sync replicas, so that the next leader goes on with it.
 *
 * <p>Thread-safe, never blocks. Futures complete on the caller's context and fail with MillraceException: NOT_COORDINATOR,
 * COORDINATOR_LOAD_IN_PROGRESS and COORDINATOR_NOT_AVAILABLE mean that the same call may succeed later, perhaps elsewhere;
 * CONCURRENT_TRANSACTIONS that it may when the last transaction is completed.
 */
public final class TransactionCoordinator {

    private final TransactionSettings settings;
    private final StatePartitions states;
    private final ProducerIdAllocator producerIds;
    private final LongSupplier clock;

    TransactionCoordinator(
            TransactionSettings settings, StatePartitions states, ProducerIdAllocator producerIds, LongSupplier clock) {
        this.settings = settings;
        this.states = states;
        this.producerIds = producerIds;
        this.clock = clock;
    }

    /**
     * Begins a producer: it gets the id and a new epoch, by which every producer before it is fenced and what it left open is aborted.
     *
     * @param timeoutMs how long its transactions may take
     * @param expected who it was, when it goes on after an error; {@link ProducerIdentity#NONE} otherwise
     */
    public Future<ProducerIdentity> initProducerId(String transactionalId, int timeoutMs, ProducerIdentity expected) {
        return answer(() -> {
            requireId(transactionalId);
            if (timeoutMs <= 0 || timeoutMs > settings.maxTimeoutMs()) {
                throw new MillraceException(
                        ErrorCode.INVALID_TRANSACTION_TIMEOUT,
                        "transaction.timeout.ms must be between 1 and " + settings.maxTimeoutMs() + ", not "
                                + timeoutMs);
            }
            StatePartition partition = states.of(transactionalId);
            partition.requireReady();
            TransactionMetadata known = partition.find(transactionalId);
            if (known == null) {
                return producerIds.next().compose(id -> {
                    partition.requireReady();
                    partition.add(TransactionMetadata.created(transactionalId, id, timeoutMs, clock.getAsLong()));
                    return begin(partition, transactionalId, timeoutMs, expected, ProducerIdentity.NO_ID);
                });
            }
            // Its epochs may be used up: then it goes on under an id that has to be there by then.
            return known.isExhausted()
                    ? producerIds.next().compose(id -> begin(partition, transactionalId, timeoutMs, expected, id))
                    : begin(partition, transactionalId, timeoutMs, expected, ProducerIdentity.NO_ID);
        });
    }

    private Future<ProducerIdentity> begin(
            StatePartition partition, String transactionalId, int timeoutMs, ProducerIdentity expected, long freshId) {
        return partition
                .<Future<ProducerIdentity>>change(transactionalId, (present, pending) -> {
                    if (pending || present.state().isPrepared()) {
                        throw concurrent(transactionalId);
                    }
                    if (!present.mayContinue(expected)) {
                        throw present.fenced(expected.epoch());
                    }
                    long now = clock.getAsLong();
                    if (present.state() == TransactionState.ONGOING) {
                        if (expected.epoch() != ProducerIdentity.NO_EPOCH && expected.epoch() != present.epoch()) {
                            throw present.fenced(expected.epoch());
                        }
                        // Whoever asks comes again, and gets another epoch when the abort is done.
                        return new Change<>(present.fenced(now), aborting -> {
                            states.complete(partition, aborting);
                            return Future.failedFuture(concurrent(transactionalId));
                        });
                    }
                    boolean rotates = present.isExhausted()
                            && (expected.epoch() == ProducerIdentity.NO_EPOCH || expected.epoch() == present.epoch());
                    if (rotates && freshId == ProducerIdentity.NO_ID) {
                        throw concurrent(transactionalId);
                    }
                    TransactionMetadata next = rotates
                            ? present.begunAs(freshId, timeoutMs, expected.epoch() != ProducerIdentity.NO_EPOCH, now)
                            : present.begun(timeoutMs, expected, now);
                    return new Change<>(next, begun -> Future.succeededFuture(begun.identity()));
                })
                .compose(answer -> answer);
    }

    /**
     * Notes that a transaction has these partitions, before anything is written to them; begins it if none is open.
     *
     * @param version the producer's {@code transaction.version}
     */
    public Future<Void> addPartitions(
            String transactionalId, ProducerIdentity producer, Set<TransactionPartition> partitions, int version) {
        return answer(() -> {
            requireId(transactionalId);
            return states.of(transactionalId).change(transactionalId, (present, pending) -> {
                if (pending) {
                    throw concurrent(transactionalId);
                }
                requireProducer(present, producer);
                if (present.state().isPrepared()) {
                    throw concurrent(transactionalId);
                }
                if (present.state() == TransactionState.ONGOING
                        && present.partitions().containsAll(partitions)) {
                    return Change.none(null);
                }
                return new Change<>(
                        present.withPartitions(partitions, version, clock.getAsLong()), added -> (Void) null);
            });
        });
    }

    /** Whether an open transaction has these partitions: NONE for each that it has, else why nothing may be written to it. */
    public Map<TransactionPartition, ErrorCode> verify(
            String transactionalId, ProducerIdentity producer, Set<TransactionPartition> partitions) {
        requireId(transactionalId);
        StatePartition state = states.of(transactionalId);
        state.requireReady();
        TransactionMetadata present = state.find(transactionalId);
        if (present == null) {
            throw new MillraceException(
                    ErrorCode.INVALID_PRODUCER_ID_MAPPING,
                    "The transactional id '" + transactionalId + "' is not known");
        }
        requireProducer(present, producer);
        if (present.state().isPrepared()) {
            throw concurrent(transactionalId);
        }
        Map<TransactionPartition, ErrorCode> found = new HashMap<>();
        for (TransactionPartition each : partitions) {
            boolean has = present.state() == TransactionState.ONGOING
                    && present.partitions().contains(each);
            found.put(each, has ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE);
        }
        return found;
    }

    /**
     * Commits or aborts. Completes when the outcome is decided for good; its partitions are told after that.
     *
     * @param version the producer's {@code transaction.version}: from 2 on it goes on with the identity that is answered
     */
    public Future<ProducerIdentity> endTransaction(
            String transactionalId, ProducerIdentity producer, boolean commit, int version) {
        return answer(() -> {
            requireId(transactionalId);
            StatePartition partition = states.of(transactionalId);
            partition.requireReady();
            TransactionMetadata known = partition.find(transactionalId);
            boolean needsId =
                    known != null && known.isExhausted() && version >= TransactionMetadata.EPOCH_PER_TRANSACTION;
            return needsId
                    ? producerIds.next().compose(id -> end(partition, transactionalId, producer, commit, version, id))
                    : end(partition, transactionalId, producer, commit, version, ProducerIdentity.NO_ID);
        });
    }

    private Future<ProducerIdentity> end(
            StatePartition partition,
            String transactionalId,
            ProducerIdentity producer,
            boolean commit,
            int version,
            long freshId) {
        return partition.change(transactionalId, (present, pending) -> {
            EndDecision decision = EndDecision.of(present, producer, commit, version, pending);
            if (decision == EndDecision.DONE) {
                return new Change<>(null, TransactionMetadata::identityAfterCompletion);
            }
            long nextId = present.isExhausted() ? freshId : ProducerIdentity.NO_ID;
            return new Change<>(present.ended(commit, version, nextId, clock.getAsLong()), prepared -> {
                states.complete(partition, prepared);
                return prepared.identityAfterCompletion();
            });
        });
    }

    /** Aborts what took longer than its producer said, and forgets ids that were not used for long. Called by a timer. */
    public void expire() {
        long now = clock.getAsLong();
        for (StatePartition partition : states.loaded()) {
            for (TransactionMetadata each : partition.all()) {
                if (each.isTimedOut(now)) {
                    abortTimedOut(partition, each.transactionalId());
                } else if (each.isExpired(now, settings.idExpirationMs())) {
                    partition.forget(each);
                }
            }
        }
    }

    private void abortTimedOut(StatePartition partition, String transactionalId) {
        // A failure is one of the log, or somebody was quicker: the next round looks again.
        partition.<Void>change(transactionalId, (present, pending) -> {
            long now = clock.getAsLong();
            if (pending || !present.isTimedOut(now)) {
                return Change.none(null);
            }
            return new Change<>(present.fenced(now), aborting -> {
                states.complete(partition, aborting);
                return null;
            });
        });
    }

    /** What is known of an id. Throws MillraceException TRANSACTIONAL_ID_NOT_FOUND when nothing is, or why this node cannot say. */
    public TransactionMetadata describe(String transactionalId) {
        requireId(transactionalId);
        StatePartition partition = states.of(transactionalId);
        partition.requireReady();
        TransactionMetadata present = partition.find(transactionalId);
        if (present == null) {
            throw new MillraceException(
                    ErrorCode.TRANSACTIONAL_ID_NOT_FOUND,
                    "The transactional id '" + transactionalId + "' is not known");
        }
        return present;
    }

    /** All ids that this node coordinates. Throws MillraceException COORDINATOR_LOAD_IN_PROGRESS while it does not know them all. */
    public Collection<TransactionMetadata> list() {
        return states.all().stream()
                .peek(StatePartition::requireReady)
                .flatMap(each -> each.all().stream())
                .toList();
    }

    /** What this node coordinates, counted now: looks at each id. */
    public TransactionCounts counts() {
        Map<TransactionState, Long> byState = new EnumMap<>(TransactionState.class);
        long longestMs = 0;
        for (StatePartition partition : states.loaded()) {
            for (TransactionMetadata each : partition.all()) {
                byState.merge(each.state(), 1L, Long::sum);
                if (each.state() == TransactionState.ONGOING) {
                    longestMs = Math.max(longestMs, clock.getAsLong() - each.startMs());
                }
            }
        }
        return new TransactionCounts(
                byState, states.all().size() - states.loaded().size(), longestMs);
    }

    /** The node that coordinates an id; makes the state topic if nobody needed it before. COORDINATOR_NOT_AVAILABLE while there is none. */
    public Future<Integer> find(String transactionalId) {
        return answer(() -> {
            requireId(transactionalId);
            return states.find(transactionalId);
        });
    }

    private static void requireId(String transactionalId) {
        if (transactionalId == null || transactionalId.isEmpty()) {
            throw new MillraceException(ErrorCode.INVALID_REQUEST, "A transactional id must not be empty");
        }
    }

    private static void requireProducer(TransactionMetadata present, ProducerIdentity producer) {
        if (present.producerId() != producer.producerId()) {
            throw new MillraceException(
                    ErrorCode.INVALID_PRODUCER_ID_MAPPING,
                    "The transactional id '" + present.transactionalId() + "' has producer id " + present.producerId()
                            + ", not " + producer.producerId());
        }
        if (present.epoch() != producer.epoch()) {
            throw present.fenced(producer.epoch());
        }
    }

    static MillraceException concurrent(String transactionalId) {
        return new MillraceException(
                ErrorCode.CONCURRENT_TRANSACTIONS,
                "The last transaction of '" + transactionalId + "' is still being completed: try again in a moment");
    }

    @FunctionalInterface
    private interface Call<T> {
        Future<T> run();
    }

    private static <T> Future<T> answer(Call<T> call) {
        Promise<T> promise = CallerContext.promise();
        try {
            call.run().onComplete(promise);
        } catch (MillraceException e) {
            promise.fail(e);
        }
        return promise.future();
    }
}
