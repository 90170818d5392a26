package io.millrace.storage.log;

import io.millrace.storage.AppendOrigin;
import io.millrace.storage.AppendResult;
import io.millrace.storage.LogConfig;
import io.millrace.storage.LogException;
import io.millrace.storage.LogHistory;
import io.millrace.storage.batch.BatchHeader;
import io.millrace.storage.batch.BatchValidator;
import io.millrace.storage.batch.TimestampCheck;
import io.millrace.storage.compaction.RequiredKeys;
import io.millrace.storage.producer.TransactionTicket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The way of batches into the queue of a log's shard: what can be found wrong with them without knowing the log is found here. Any thread;
 * on the caller's, so that many processors check while one shard writes.
 */
final class AppendAdmission {

    private final SegmentedLog owner;
    private final LogServices services;
    private final LogShard shard;
    private final LogState state;

    AppendAdmission(SegmentedLog owner, LogServices services, LogShard shard, LogState state) {
        this.owner = owner;
        this.services = services;
        this.shard = shard;
        this.state = state;
    }

    /** Queues batches that this node is the first to store. */
    CompletionStage<AppendResult> own(
            ByteBuffer batches, int leaderEpoch, AppendOrigin origin, TransactionTicket ticket, boolean strictMarker) {
        return admit(batches, leaderEpoch, origin, AppendTask.ANY_END, LogHistory.UNKNOWN, ticket, strictMarker);
    }

    /** Queues batches as their leader has them. */
    CompletionStage<AppendResult> copy(
            ByteBuffer batches, int leaderEpoch, long expectedEndOffset, LogHistory leaders) {
        return admit(batches, leaderEpoch, AppendOrigin.REPLICATION, expectedEndOffset, leaders, null, false);
    }

    private CompletionStage<AppendResult> admit(
            ByteBuffer batches,
            int leaderEpoch,
            AppendOrigin origin,
            long expectedEndOffset,
            LogHistory leaders,
            TransactionTicket ticket,
            boolean strictMarker) {
        try {
            state.requireOpen();
            services.health().requireOnline();
            ByteBuffer own = batches.slice();
            LogConfig config = state.config();
            int batchCount = BatchValidator.validate(own, origin, config);
            if (origin == AppendOrigin.CLIENT) {
                TimestampCheck.check(own, config, services.clock().millis());
                if (config.compact()) {
                    RequiredKeys.check(own, services.batchRewriter());
                }
            }
            long logAppendTimeMs = stampLogAppendTime(own, origin, config);
            AppendTask task = new AppendTask(
                    owner,
                    own,
                    leaderEpoch,
                    origin,
                    batchCount,
                    logAppendTimeMs,
                    expectedEndOffset,
                    leaders,
                    ticket,
                    strictMarker);
            shard.submit(task);
            return task;
        } catch (LogException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** On the caller's thread, because it needs the checksum to be computed again. */
    private long stampLogAppendTime(ByteBuffer batches, AppendOrigin origin, LogConfig config) {
        if (config.timestampType() != LogConfig.TimestampType.LOG_APPEND_TIME || origin == AppendOrigin.REPLICATION) {
            return -1;
        }
        long now = services.clock().millis();
        for (int at = 0; at < batches.limit(); at += BatchHeader.sizeBytes(batches, at)) {
            BatchHeader.setLogAppendTime(batches, at, now);
        }
        return now;
    }
}
