package io.millrace.cluster.partition;

import io.millrace.cluster.idempotence.OnceOutcome;
import io.vertx.core.Future;
import java.util.List;

/**
 * Appends records that have an {@link io.millrace.cluster.idempotence.IdempotencyMark}, each of them once, however often it is sent.
 *
 * <p>Thread-safe, never blocks. Futures complete on the caller's Vert.x context and fail with {@link
 * io.millrace.cluster.error.MillraceException}: then the same records may be sent again, whatever became of them.
 */
@FunctionalInterface
public interface OnceAppender {

    /**
     * Appends what is not there yet. The future completes when all of it is stored as the command asks, with an outcome for each record.
     *
     * @param command one batch as {@link io.millrace.cluster.record.RecordBatches#build} makes it, with a mark on each record
     */
    Future<List<OnceOutcome>> appendOnce(AppendCommand command);
}
