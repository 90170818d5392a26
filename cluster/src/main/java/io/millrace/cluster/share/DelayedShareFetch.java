package io.millrace.cluster.share;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.partition.Watch;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A fetch of a member that may wait: it takes what there is for it, and if that is nothing it parks until something moves or its time is
 * up, and tries again. Made and run on the Vert.x context of the caller, which only reads that may touch a disk leave.
 */
final class DelayedShareFetch {

    /** How much is read of a partition at a time: the records that a member wants at once are few. */
    private static final int READ_BYTES = 1 << 20;

    private final Vertx vertx;
    private final Context context;
    private final PartitionService partitions;
    private final ShareFetchCommand command;
    private final Isolation isolation;

    /** Those that could be opened, in the order of the command. */
    private final Map<TopicPartition, SharePartition> opened;

    private final Map<TopicPartition, ShareFetched> answers = new HashMap<>();
    private final Promise<Map<TopicPartition, ShareFetched>> answer = CallerContext.promise();
    private final Map<TopicPartition, Long> highWatermarks = new HashMap<>();
    private final List<Watch> watches = new ArrayList<>();
    private final AtomicBoolean wakeUpPending = new AtomicBoolean();
    private final Runnable listener = this::moved;
    private boolean busy;
    private boolean wokenWhileBusy;
    private boolean parked;
    private boolean lastTry;
    private boolean done;
    private long timer = -1;

    /** What was read of one partition. */
    private record Read(SharePartition partition, long offset, ByteBuffer bytes, Throwable failure) {}

    /** @param failures of the partitions that could not be opened: they are told at once */
    DelayedShareFetch(
            Vertx vertx,
            PartitionService partitions,
            ShareFetchCommand command,
            Isolation isolation,
            Map<TopicPartition, SharePartition> opened,
            Map<TopicPartition, ShareFetched> failures) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.partitions = partitions;
        this.command = command;
        this.isolation = isolation;
        this.opened = opened;
        this.lastTry = command.maxWaitMs() <= 0 || !failures.isEmpty();
        answers.putAll(failures);
    }

    Future<Map<TopicPartition, ShareFetched>> start() {
        for (TopicPartition each : opened.keySet()) {
            try {
                highWatermarks.put(each, partitions.offsets(each).highWatermark());
            } catch (MillraceException e) {
                answers.put(each, ShareFetched.failed(e));
                lastTry = true;
            }
        }
        attempt();
        return answer.future();
    }

    private void attempt() {
        busy = true;
        List<Future<Read>> reads = new ArrayList<>();
        for (SharePartition each : opened.values()) {
            if (!answers.containsKey(each.partition())) {
                Future<Read> read = read(each);
                if (read != null) {
                    reads.add(read);
                }
            }
        }
        Future.join(reads)
                .onComplete(all -> attempted(reads.stream().map(Future::result).toList()));
    }

    /** Null when there is nothing to read. Does not fail. */
    private Future<Read> read(SharePartition partition) {
        OptionalLong offset;
        try {
            if (partition.isClosed()) {
                throw new MillraceException(
                        ErrorCode.NOT_LEADER_OR_FOLLOWER, "Another reign over " + partition.partition() + " has begun");
            }
            PartitionOffsets offsets = partitions.offsets(partition.partition());
            offset = partition.beginFetch(offsets.logStartOffset(), listener);
            if (offset.isEmpty()) {
                return null;
            }
            if (offset.getAsLong() >= offsets.readLimit(isolation)) {
                partition.endFetch();
                return null;
            }
        } catch (MillraceException e) {
            answers.put(partition.partition(), ShareFetched.failed(e));
            return null;
        }
        long from = offset.getAsLong();
        return partitions
                .read(partition.partition(), from, Math.min(command.maxBytes(), READ_BYTES), isolation)
                .compose(this::toMemory)
                .map(bytes -> new Read(partition, from, bytes, null))
                .otherwise(failure -> new Read(partition, from, ByteBuffer.allocate(0), failure));
    }

    private Future<ByteBuffer> toMemory(ReadResult result) {
        return result.inMemory()
                ? Future.succeededFuture(copy(result))
                : vertx.executeBlocking(() -> copy(result), false);
    }

    private static ByteBuffer copy(ReadResult result) {
        try (result) {
            return result.toBuffer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void attempted(List<Read> reads) {
        busy = false;
        long bytes = reads.stream().mapToLong(each -> each.bytes().remaining()).sum();
        boolean isEnough = lastTry || bytes >= command.minBytes();
        boolean took = false;
        long recordsLeft = command.maxRecords();
        long bytesLeft = command.maxBytes();
        for (Read each : reads) {
            try {
                if (each.failure() != null) {
                    answers.put(each.partition().partition(), ShareFetched.failed(each.failure()));
                } else if (isEnough && recordsLeft > 0 && bytesLeft > 0) {
                    took |= each.bytes().hasRemaining();
                    ShareFetched fetched = take(each, (int) recordsLeft);
                    for (AcquiredRecords acquired : fetched.acquired()) {
                        recordsLeft -= acquired.count();
                    }
                    bytesLeft -= fetched.records().remaining();
                    if (!fetched.acquired().isEmpty()) {
                        answers.put(each.partition().partition(), fetched);
                    }
                }
            } finally {
                each.partition().endFetch();
            }
        }
        if (lastTry && !took || !answers.isEmpty()) {
            finish();
        } else if (took) {
            // It was all of no use to a member, such as the markers of transactions; there may be more behind it.
            busy = true;
            context.runOnContext(turn -> attempt());
        } else {
            park();
        }
    }

    private ShareFetched take(Read read, int maxRecords) {
        LogBatches batches = new LogBatches(read.bytes());
        List<AcquiredRecords> acquired = read.partition()
                .acquire(command.memberId(), batches.all(), read.offset(), maxRecords, command.strictly());
        if (acquired.isEmpty()) {
            return ShareFetched.NOTHING;
        }
        ByteBuffer records = batches.between(
                acquired.get(0).firstOffset(), acquired.get(acquired.size() - 1).lastOffset());
        return new ShareFetched(null, records, acquired);
    }

    private void park() {
        if (!parked) {
            parked = true;
            timer = vertx.setTimer(command.maxWaitMs(), id -> {
                lastTry = true;
                wake();
            });
            opened.values().forEach(each -> each.listen(listener));
            highWatermarks.forEach(
                    (partition, position) -> watches.add(partitions.watch(partition, position, listener)));
            // What moved before somebody listened.
            wokenWhileBusy = true;
        }
        if (wokenWhileBusy) {
            wokenWhileBusy = false;
            attempt();
        }
    }

    /** On any thread. Many movements in a row make one wake-up. */
    private void moved() {
        if (wakeUpPending.compareAndSet(false, true)) {
            context.runOnContext(turn -> {
                wakeUpPending.set(false);
                wake();
            });
        }
    }

    private void wake() {
        if (done) {
            return;
        }
        if (busy) {
            wokenWhileBusy = true;
        } else {
            attempt();
        }
    }

    private void finish() {
        done = true;
        vertx.cancelTimer(timer);
        watches.forEach(Watch::cancel);
        opened.values().forEach(each -> each.unlisten(listener));
        answer.complete(answers);
    }
}
