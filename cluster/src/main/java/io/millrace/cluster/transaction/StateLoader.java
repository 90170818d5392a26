package io.millrace.cluster.transaction;

import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.record.RecordConsumer;
import io.millrace.cluster.record.StreamRecord;
import io.millrace.storage.ReadResult;
import io.vertx.core.Vertx;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a partition of the state topic says when this node begins to lead it: everything that was there when the reign began, as far
 * as it is acknowledged by then. What fails is tried again for as long as the reign lasts.
 */
final class StateLoader {

    private static final Logger log = LoggerFactory.getLogger(StateLoader.class);

    private static final int READ_BYTES = 1 << 20;
    private static final long RETRY_MS = 50;

    private final Vertx vertx;
    private final PartitionService partitions;
    private final StatePartition target;
    private final Runnable loaded;
    private long position = -1;
    private long end = -1;

    /** @param loaded called when everything is read; not when the reign ended before */
    StateLoader(Vertx vertx, PartitionService partitions, StatePartition target, Runnable loaded) {
        this.vertx = vertx;
        this.partitions = partitions;
        this.target = target;
        this.loaded = loaded;
    }

    /** Goes on from where it was. One step at a time, on any thread. */
    void run() {
        if (!target.isOpen()) {
            return;
        }
        try {
            PartitionOffsets offsets = partitions.offsets(target.partition());
            if (end < 0) {
                end = offsets.logEndOffset();
                position = offsets.logStartOffset();
            }
            position = Math.max(position, offsets.logStartOffset());
            if (position >= end) {
                target.loaded();
                loaded.run();
                return;
            }
            if (position >= offsets.highWatermark()) {
                later();
                return;
            }
        } catch (RuntimeException e) {
            log.debug("{} cannot be read yet: {}", target.partition(), e.toString());
            later();
            return;
        }
        partitions
                .read(target.partition(), position, READ_BYTES, Isolation.READ_UNCOMMITTED)
                .compose(read -> vertx.executeBlocking(() -> apply(read), false))
                .onComplete(done -> {
                    if (done.succeeded()) {
                        run();
                    } else {
                        log.warn(
                                "{} could not be read, which is tried again: {}",
                                target.partition(),
                                done.cause().toString());
                        later();
                    }
                });
    }

    private void later() {
        vertx.setTimer(RETRY_MS, id -> run());
    }

    private Void apply(ReadResult read) throws IOException {
        try (read) {
            position = RecordBatches.forEach(read.toBuffer(), position, new RecordConsumer() {
                @Override
                public void accept(StreamRecord record) {
                    take(record);
                }

                @Override
                public void unreadable(long firstOffset, long nextOffset, String why) {
                    log.error(
                            "{} has records at offset {} that cannot be read, they are left out: {}",
                            target.partition(),
                            firstOffset,
                            why);
                }
            });
        }
        return null;
    }

    private void take(StreamRecord record) {
        String id = record.key() == null ? null : TransactionRecords.transactionalId(record.key());
        if (id == null) {
            log.warn("{} has a record of an unknown kind at offset {}", target.partition(), record.offset());
            return;
        }
        target.load(id, record.value() == null ? null : TransactionRecords.metadata(id, record.value()));
    }
}
