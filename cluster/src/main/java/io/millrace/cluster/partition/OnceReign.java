package io.millrace.cluster.partition;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.idempotence.IdempotencyConfig;
import io.millrace.cluster.idempotence.IdempotencyMark;
import io.millrace.cluster.idempotence.KeyId;
import io.millrace.cluster.idempotence.KeyMemory;
import io.millrace.cluster.idempotence.KeyMemory.Known;
import io.millrace.cluster.idempotence.OnceOutcome;
import io.millrace.cluster.idempotence.OnceOutcome.Kind;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.storage.AppendResult;
import io.millrace.storage.batch.BatchHeader;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The idempotency keys of one partition under one reign of this node. Every record with a mark that is appended under the reign goes
 * through here, so what was read back from the log at the beginning, and what was written since, is all there is.
 *
 * <p>Called on any thread. Its state is guarded by its own lock, which is not held while the log is written to.
 */
final class OnceReign {

    private final LeaderRole role;
    private final LogReaders readers;
    private final IdempotencyConfig config;
    private final Clock clock;
    private final AtomicInteger rememberedByAll;

    // Guarded by this, from here on.
    private final KeyMemory memory;

    /** Of records that are not answered yet. */
    private final Map<KeyId, Long> underWay = new HashMap<>();

    /** Null before it was asked for, and after it failed. */
    private Future<Void> loaded;

    private int counted;
    private boolean closed;

    /** @param rememberedByAll counts the keys of all partitions of the node */
    OnceReign(
            LeaderRole role, LogReaders readers, IdempotencyConfig config, Clock clock, AtomicInteger rememberedByAll) {
        this.role = role;
        this.readers = readers;
        this.config = config;
        this.clock = clock;
        this.rememberedByAll = rememberedByAll;
        this.memory = new KeyMemory(config.windowMs());
    }

    LeaderRole role() {
        return role;
    }

    /** See {@link OnceAppender#appendOnce}. COORDINATOR_LOAD_IN_PROGRESS while the log is read back. */
    Future<List<OnceOutcome>> append(AppendCommand command) {
        requireLoaded();
        Batch batch = new Batch(command);
        synchronized (this) {
            batch.decide();
        }
        return batch.carryOut();
    }

    /**
     * Nobody waits here, so nothing has to be bounded: whoever sent the records sends them again in a moment.
     *
     * @throws MillraceException COORDINATOR_LOAD_IN_PROGRESS, or why it failed
     */
    private void requireLoaded() {
        Future<Void> present;
        synchronized (this) {
            if (loaded == null) {
                loaded = readers.submit(() -> {
                    new MarkedLog(role.log(), config, clock).read(this::remember);
                    return null;
                });
            }
            present = loaded;
            if (present.failed()) {
                loaded = null;
            }
        }
        if (present.failed()) {
            throw LogErrors.translate(present.cause());
        }
        if (!present.isComplete()) {
            throw new MillraceException(
                    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
                    "This node leads " + role.log().topicPartition()
                            + " since a moment and still reads which idempotency"
                            + " keys it has: nothing was stored, send it again");
        }
    }

    private synchronized void remember(KeyId key, Known known) {
        memory.put(key, known);
        count();
        while (rememberedByAll.get() > config.maxKeys() && memory.size() > 0) {
            memory.forgetOldest();
            count();
        }
    }

    synchronized void expire() {
        memory.expire(clock.millis());
        count();
    }

    /** The reign is over. */
    synchronized void close() {
        closed = true;
        rememberedByAll.addAndGet(-counted);
        counted = 0;
    }

    private void count() {
        if (!closed) {
            rememberedByAll.addAndGet(memory.size() - counted);
            counted = memory.size();
        }
    }

    /** One batch on its way. */
    private final class Batch {

        private final AppendCommand command;
        private final List<IdempotencyMark> marks = new ArrayList<>();
        private final OnceOutcome[] outcomes;

        /** The places of those that are to be stored. */
        private final List<Integer> fresh = new ArrayList<>();

        private long lastReplayed = -1;

        Batch(AppendCommand command) {
            this.command = command;
            RecordBatches.forEachHeader(
                    command.batches(),
                    IdempotencyMark.HEADER,
                    (offset, header) -> marks.add(IdempotencyMark.parse(header)));
            int records = BatchHeader.recordsCount(
                    command.batches(), command.batches().position());
            if (marks.size() != records || marks.contains(null)) {
                throw new MillraceException(
                        ErrorCode.INVALID_RECORD, "A record came without the mark of its idempotency key");
            }
            this.outcomes = new OnceOutcome[marks.size()];
        }

        /** Says what is to become of each record. Lock held. */
        void decide() {
            long nowMs = clock.millis();
            memory.expire(nowMs);
            count();
            Map<KeyId, Long> taken = new HashMap<>();
            for (int i = 0; i < outcomes.length; i++) {
                IdempotencyMark mark = marks.get(i);
                Long present = underWay.getOrDefault(mark.key(), taken.get(mark.key()));
                Known known = present != null ? null : memory.find(mark.key(), nowMs);
                if (present != null) {
                    outcomes[i] = OnceOutcome.of(present == mark.bodyHash() ? Kind.IN_PROGRESS : Kind.OTHER_RECORD);
                } else if (known == null) {
                    taken.put(mark.key(), mark.bodyHash());
                    fresh.add(i);
                } else if (known.bodyHash() != mark.bodyHash()) {
                    outcomes[i] = OnceOutcome.of(Kind.OTHER_RECORD);
                } else {
                    outcomes[i] = new OnceOutcome(Kind.REPLAYED, known.offset());
                    lastReplayed = Math.max(lastReplayed, known.offset());
                }
            }
            requireRoom(nowMs);
            underWay.putAll(taken);
        }

        private void requireRoom(long nowMs) {
            if (fresh.isEmpty()) {
                return;
            }
            if (rememberedByAll.get() + underWay.size() + fresh.size() > config.maxKeys() || !memory.isWhole(nowMs)) {
                throw new MillraceException(
                        ErrorCode.THROTTLING_QUOTA_EXCEEDED,
                        "This node remembers the idempotency keys of " + config.windowMs() + " ms, and "
                                + config.maxKeys()
                                + " of them at most (gateway.idempotencyKeysMax): nothing was stored. Send it again later, or raise"
                                + " the number, or shorten gateway.idempotencyWindowMs");
            }
        }

        Future<List<OnceOutcome>> carryOut() {
            Promise<List<OnceOutcome>> answer = CallerContext.promise();
            Future<AppendResult> stored = fresh.isEmpty()
                    ? Future.succeededFuture()
                    : role.appends().append(with(freshRecords()), this::written).onComplete(done -> forget());
            Future<AppendResult> replayed = lastReplayed < 0
                    ? Future.succeededFuture()
                    : role.appends().acknowledge(new AppendResult(lastReplayed, lastReplayed, -1, -1, true), command);
            Future.join(stored, replayed)
                    .onComplete(
                            done -> {
                                for (int i = 0; i < fresh.size(); i++) {
                                    outcomes[fresh.get(i)] = new OnceOutcome(
                                            Kind.STORED, stored.result().baseOffset() + i);
                                }
                                answer.complete(Arrays.asList(outcomes));
                            },
                            answer::fail);
            return answer.future();
        }

        private AppendCommand with(ByteBuffer batch) {
            return new AppendCommand(command.partition(), batch, command.acks(), command.timeoutMs());
        }

        /** The batch as it came when all of it is new, else one of what is. */
        private ByteBuffer freshRecords() {
            if (fresh.size() == outcomes.length) {
                return command.batches();
            }
            List<NewRecord> records = new ArrayList<>(fresh.size());
            int[] place = {0};
            int[] next = {0};
            RecordBatches.forEach(command.batches(), 0, record -> {
                if (next[0] < fresh.size() && fresh.get(next[0]) == place[0]++) {
                    next[0]++;
                    records.add(new NewRecord(record.timestampMs(), record.key(), record.value(), record.headers()));
                }
            });
            return RecordBatches.build(records, clock.millis());
        }

        /** Known from here on, whether it is acknowledged or not: it is in the log, and whoever leads next reads it there. */
        private void written(AppendResult result) {
            synchronized (OnceReign.this) {
                for (int i = 0; i < fresh.size(); i++) {
                    IdempotencyMark mark = marks.get(fresh.get(i));
                    memory.put(mark.key(), new Known(mark.bodyHash(), result.baseOffset() + i, mark.timeMs()));
                }
                count();
            }
        }

        private void forget() {
            synchronized (OnceReign.this) {
                fresh.forEach(place -> underWay.remove(marks.get(place).key()));
            }
        }
    }
}
