package io.millrace.websocket.delivery;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.RecordConsumer;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.table.TableIndex;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Builds the indexes of tables, by one reading of the log on workers, and keeps each for those who come soon after: they begin with the
 * same snapshot. Thread-safe.
 */
final class TableIndexes {

    /** How long after its beginning others begin with it. */
    private static final long SHARED_MS = 3_000;

    /** How often nothing may be read, where there must be something, until its followers try anew. */
    private static final int TRIES_MAX = 50;

    private static final int CHUNK_BYTES = 512 << 10;

    private final PartitionService partitions;
    private final GatewayLimits limits;
    private final AtomicLong nodeKeys = new AtomicLong();
    private final Map<TopicPartition, Build> recent = new HashMap<>();

    TableIndexes(PartitionService partitions, GatewayLimits limits) {
        this.partitions = partitions;
        this.limits = limits;
    }

    private record Build(long end, Future<TableIndex> index) {}

    /** Keys in the indexes of this node. */
    long keys() {
        return nodeKeys.get();
    }

    /**
     * An index that ends at an offset, or, when there is no room for another, a little before it; retained for the caller. To be called on
     * {@code context}; completes there. Fails with MillraceException, POLICY_VIOLATION when there are too many keys.
     */
    Future<TableIndex> of(TopicPartition partition, long end, Context context) {
        Promise<TableIndex> built = Promise.promise();
        Future<TableIndex> older = null;
        synchronized (this) {
            Build known = recent.get(partition);
            boolean usable = known != null && !known.index().failed();
            if (usable && known.end() == end) {
                return retained(known.index(), context);
            }
            if (!usable || known.end() < end) {
                recent.put(partition, new Build(end, built.future()));
                context.owner().setTimer(SHARED_MS, timer -> forget(partition, built.future()));
                older = usable ? retained(known.index(), context) : null;
            } else {
                // Somebody who came before it asks after it: nobody else will want this one.
                built.future().onSuccess(index -> context.runOnContext(v -> index.release()));
            }
        }
        Future<TableIndex> mine = retained(built.future(), context);
        if (older == null) {
            scanAll(partition, end, context, built);
        } else {
            older.onSuccess(base -> continueFrom(base, partition, end, context, built))
                    .onFailure(e -> scanAll(partition, end, context, built));
        }
        return mine;
    }

    private void scanAll(TopicPartition partition, long end, Context context, Promise<TableIndex> built) {
        try {
            long start = partitions.offsets(partition).logStartOffset();
            new Scan(partition, new TableIndex(end, nodeKeys), start, context).next(built);
        } catch (MillraceException e) {
            built.fail(e);
        }
    }

    /** Reads only what came since, if there is room for two; else what is there has to do: what changed since comes behind it. */
    private void continueFrom(
            TableIndex base, TopicPartition partition, long end, Context context, Promise<TableIndex> built) {
        if (nodeKeys.get() + base.size() > limits.tableKeysMax() / 2) {
            built.complete(base);
            return;
        }
        context.executeBlocking(() -> base.copy(end), false).onComplete(copied -> {
            long start = base.end();
            base.release();
            if (copied.succeeded()) {
                new Scan(partition, copied.result(), start, context).next(built);
            } else {
                built.fail(copied.cause());
            }
        });
    }

    private static Future<TableIndex> retained(Future<TableIndex> index, Context context) {
        Promise<TableIndex> here = Promise.promise();
        index.onComplete(done -> {
            if (done.succeeded()) {
                done.result().retain();
            }
            context.runOnContext(v -> {
                if (done.succeeded()) {
                    here.complete(done.result());
                } else {
                    here.fail(done.cause());
                }
            });
        });
        return here.future();
    }

    private void forget(TopicPartition partition, Future<TableIndex> index) {
        synchronized (this) {
            Build known = recent.get(partition);
            if (known != null && known.index() == index) {
                recent.remove(partition);
            }
        }
        index.onSuccess(TableIndex::release);
    }

    /** One reading of a log. */
    private final class Scan implements RecordConsumer {
        private final TopicPartition partition;
        private final Context context;
        private final BatchReader reader;
        private final TableIndex index;
        private long position;
        private int tries;

        Scan(TopicPartition partition, TableIndex index, long start, Context context) {
            this.partition = partition;
            this.context = context;
            this.reader = new BatchReader(partitions, partition, Isolation.READ_COMMITTED, context);
            this.index = index;
            this.position = start;
        }

        void next(Promise<TableIndex> built) {
            if (position >= index.end()) {
                try {
                    built.complete(index.settle(partitions.offsets(partition).logEndOffset()));
                } catch (MillraceException e) {
                    fail(built, e);
                }
                return;
            }
            long from = position;
            reader.read(from, CHUNK_BYTES, BatchReader.Load.of(false, true), batches -> {
                        long next = RecordBatches.forEach(batches, from, this);
                        requireRoom();
                        return next;
                    })
                    .onComplete(read -> {
                        if (read.failed()) {
                            fail(built, read.cause());
                        } else if (read.result() == from) {
                            tryAgain(built);
                        } else {
                            position = read.result();
                            tries = 0;
                            context.runOnContext(v -> next(built));
                        }
                    });
        }

        /** Everything below the end was there once: a leader changes, or files are being replaced. */
        private void tryAgain(Promise<TableIndex> built) {
            if (++tries > TRIES_MAX) {
                fail(
                        built,
                        new MillraceException(
                                ErrorCode.OFFSET_NOT_AVAILABLE,
                                "the records of partition " + partition.partition() + " of '" + partition.topic()
                                        + "' from offset " + position + " on cannot be read at the moment"));
                return;
            }
            context.owner().setTimer(LeaderChange.PAUSE_MS, timer -> next(built));
        }

        private void fail(Promise<TableIndex> built, Throwable cause) {
            index.release();
            built.fail(cause);
        }

        @Override
        public void accept(StreamRecord record) {
            if (record.key() != null && record.offset() < index.end()) {
                index.put(record.key(), record.offset());
            }
        }

        @Override
        public void unreadable(long from, long to, String why) {
            // Whoever reads it to send it tells of the gap.
        }

        private void requireRoom() {
            if (nodeKeys.get() > limits.tableKeysMax()) {
                throw new MillraceException(
                        ErrorCode.POLICY_VIOLATION,
                        "view: tables of more than " + limits.tableKeysMax()
                                + " keys (gateway.tableKeysMax); raise it, or follow fewer partitions at once, or '"
                                + partition.topic() + "' as a log");
            }
        }
    }
}
