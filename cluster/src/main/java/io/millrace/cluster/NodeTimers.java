package io.millrace.cluster;

import io.millrace.cluster.partition.LocalPartitionService;
import io.millrace.cluster.partition.OnceAppends;
import io.millrace.cluster.transaction.TransactionCoordinator;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;

/** What a node does with its partitions again and again, until it is stopped. Event loops; what may block is done elsewhere. */
final class NodeTimers {

    /** How soon what could not be applied, for want of disk space perhaps, is tried again. */
    private static final long RETRY_INTERVAL_MS = 1_000;

    /** How old the high watermarks may be that a start goes on from. */
    private static final long HIGH_WATERMARK_INTERVAL_MS = 5_000;

    /** How late a produce request may be told that its time is up. */
    private static final long EXPIRY_INTERVAL_MS = 250;

    /** How late it may be seen that a follower fell behind. */
    private static final long IN_SYNC_INTERVAL_MS = 500;

    /** How late a transaction may be aborted that takes too long. */
    private static final long TRANSACTION_INTERVAL_MS = 1_000;

    /** How late the memory of idempotency keys may be given back. */
    private static final long IDEMPOTENCY_INTERVAL_MS = 5_000;

    private final Vertx vertx;
    private final List<Long> ids = new ArrayList<>();

    private NodeTimers(Vertx vertx) {
        this.vertx = vertx;
    }

    static NodeTimers start(
            Vertx vertx,
            LocalPartitionService partitions,
            OnceAppends once,
            TransactionCoordinator transactions,
            long retentionIntervalMs) {
        NodeTimers timers = new NodeTimers(vertx);
        timers.every(EXPIRY_INTERVAL_MS, partitions::expireDelayed);
        timers.every(IN_SYNC_INTERVAL_MS, partitions::checkInSync);
        timers.every(retentionIntervalMs, partitions::applyRetention);
        timers.every(TRANSACTION_INTERVAL_MS, transactions::expire);
        timers.every(IDEMPOTENCY_INTERVAL_MS, once::expire);
        timers.everyBlocking(RETRY_INTERVAL_MS, partitions::retryFailed);
        timers.everyBlocking(HIGH_WATERMARK_INTERVAL_MS, partitions::checkpointHighWatermarks);
        return timers;
    }

    private void every(long intervalMs, Runnable task) {
        ids.add(vertx.setPeriodic(intervalMs, id -> task.run()));
    }

    private void everyBlocking(long intervalMs, Runnable task) {
        every(
                intervalMs,
                () -> vertx.executeBlocking(() -> {
                    task.run();
                    return null;
                }));
    }

    void cancel() {
        ids.forEach(vertx::cancelTimer);
    }
}
