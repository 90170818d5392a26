package io.millrace.cluster.partition;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.FetchCommand.FetchPartition;
import io.millrace.storage.LogException;
import io.millrace.storage.ReadResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A fetch that may wait: it reads, and if there is not enough it parks until the high watermark of one of its partitions moves
 * or its time is up, and reads again.
 *
 * <p>Runs on the caller's Vert.x context; only reads that may touch a disk leave it.
 */
final class DelayedFetch {

    private final LocalPartitionService service;
    private final Vertx vertx;
    private final Context context;
    private final FetchCommand command;
    private final Promise<List<FetchedPartition>> answer = CallerContext.promise();
    private final List<Watch> watches = new ArrayList<>();
    private final AtomicBoolean wakeUpPending = new AtomicBoolean();
    private boolean reading;
    private boolean wokenWhileReading;
    private boolean lastTry;
    private boolean done;
    private long timer = -1;

    DelayedFetch(LocalPartitionService service, Vertx vertx, FetchCommand command) {
        this.service = service;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.command = command;
        this.lastTry = command.maxWaitMs() <= 0;
    }

    Future<List<FetchedPartition>> start() {
        if (Vertx.currentContext() == context) {
            attempt();
        } else {
            context.runOnContext(v -> attempt());
        }
        return answer.future();
    }

    private void attempt() {
        reading = true;
        if (canReadNow()) {
            attempted(read());
        } else {
            service.readers()
                    .submit(this::read)
                    .onSuccess(result -> context.runOnContext(v -> attempted(result)))
                    .onFailure(failure -> context.runOnContext(v -> attempted(failAll(failure))));
        }
    }

    private void attempted(List<FetchedPartition> result) {
        reading = false;
        if (lastTry || isEnough(result)) {
            finish(result);
            return;
        }
        result.forEach(each -> each.records().close());
        if (timer < 0) {
            park();
        }
        if (wokenWhileReading) {
            wokenWhileReading = false;
            attempt();
        }
    }

    private void park() {
        timer = vertx.setTimer(
                command.maxWaitMs(),
                id -> context.runOnContext(v -> {
                    lastTry = true;
                    wake();
                }));
        for (FetchPartition each : command.partitions()) {
            watches.add(service.watch(each.partition(), each.offset(), this::moved));
        }
    }

    /** On a thread of the storage. Many movements in a row make one wake-up. */
    private void moved() {
        if (wakeUpPending.compareAndSet(false, true)) {
            context.runOnContext(v -> {
                wakeUpPending.set(false);
                wake();
            });
        }
    }

    private void wake() {
        if (done) {
            return;
        }
        if (reading) {
            wokenWhileReading = true;
        } else {
            attempt();
        }
    }

    private void finish(List<FetchedPartition> result) {
        done = true;
        watches.forEach(Watch::cancel);
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
        answer.complete(result);
    }

    private boolean isEnough(List<FetchedPartition> result) {
        int bytes = 0;
        for (FetchedPartition each : result) {
            if (each.error() != ErrorCode.NONE) {
                return true;
            }
            bytes += each.records().sizeBytes();
        }
        return bytes >= Math.max(1, command.minBytes()) || command.partitions().isEmpty();
    }

    private boolean canReadNow() {
        for (FetchPartition each : command.partitions()) {
            Partition partition = service.find(each.partition());
            if (partition != null && !partition.isReadImmediate(each.offset(), command.isolation())) {
                return false;
            }
        }
        return true;
    }

    private List<FetchedPartition> read() {
        List<FetchedPartition> result = new ArrayList<>(command.partitions().size());
        int bytesLeft = command.maxBytes();
        boolean nothingYet = true;
        for (FetchPartition each : command.partitions()) {
            FetchedPartition fetched = readOne(each, Math.max(0, bytesLeft), nothingYet);
            bytesLeft -= fetched.records().sizeBytes();
            nothingYet &= fetched.records().isEmpty();
            result.add(fetched);
        }
        return result;
    }

    private FetchedPartition readOne(FetchPartition request, int bytesLeft, boolean atLeastOneBatch) {
        PartitionOffsets offsets = null;
        try {
            Partition partition = service.existing(request.partition());
            offsets = partition.offsets();
            checkEpoch(request, offsets);
            int maxBytes = Math.min(request.maxBytes(), bytesLeft);
            ReadResult records = maxBytes <= 0 && !atLeastOneBatch
                    ? ReadResult.empty()
                    : partition
                            .log()
                            .read(request.offset(), offsets.readLimit(command.isolation()), maxBytes, atLeastOneBatch);
            return new FetchedPartition(request, ErrorCode.NONE, offsets, records);
        } catch (MillraceException | LogException | IOException e) {
            return new FetchedPartition(request, LogErrors.translate(e).code(), offsets, ReadResult.empty());
        }
    }

    private static void checkEpoch(FetchPartition request, PartitionOffsets offsets) {
        int asked = request.currentLeaderEpoch();
        if (asked >= 0 && asked != offsets.leaderEpoch()) {
            boolean stale = asked < offsets.leaderEpoch();
            throw new MillraceException(
                    stale ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH,
                    "The client knows leader epoch " + asked + " of " + request.partition() + ", it is "
                            + offsets.leaderEpoch());
        }
    }

    private List<FetchedPartition> failAll(Throwable failure) {
        ErrorCode code = LogErrors.translate(failure).code();
        return command.partitions().stream()
                .map(each -> new FetchedPartition(each, code, null, ReadResult.empty()))
                .toList();
    }
}
