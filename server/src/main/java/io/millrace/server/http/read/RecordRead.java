package io.millrace.server.http.read;

import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.partition.Watch;
import io.millrace.server.http.HttpQuota;
import io.millrace.storage.ReadResult;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.delivery.ByteSink;
import io.millrace.websocket.protocol.ResumeToken;
import io.millrace.websocket.subscription.Subscription;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/**
 * One read under way: pages of its partitions in turn, or, when there is nothing, a wait for the first high watermark that moves.
 * Lives on the event loop of its request.
 */
final class RecordRead {

    /** An answer ends after the record that passes this size. */
    private static final int ANSWER_BYTES_MAX = 4 << 20;

    private static final int READ_BYTES = 256 << 10;

    /** How much is looked at for one answer: with a filter that lets nothing pass it would be the whole log. */
    private static final long LOOKED_AT_BYTES_MAX = 64 << 20;

    /** While the node drains a read waits no longer than this: it is to be answered before the port closes, and not in a busy loop. */
    private static final long DRAINING_WAIT_MS_MAX = 1_000;

    private final Vertx vertx;
    private final Context context;
    private final RoutingContext ctx;
    private final PartitionService partitions;
    private final ReadQuery query;
    private final List<ReadCursor> cursors = new ArrayList<>();
    private final List<Watch> watches = new ArrayList<>();
    private final ByteSink records = new ByteSink(1024);

    private final HttpQuota quota;
    private final GatewayMetrics metrics;
    private final WaitingReads reads;

    private int count;
    private long lookedAtBytes;
    private long timer = -1;
    private boolean waiting;
    private boolean hurried;

    RecordRead(
            Vertx vertx,
            RoutingContext ctx,
            PartitionService partitions,
            ReadQuery query,
            Subscription subscription,
            HttpQuota quota,
            GatewayMetrics metrics,
            WaitingReads reads) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.ctx = ctx;
        this.partitions = partitions;
        this.query = query;
        this.quota = quota;
        this.metrics = metrics;
        this.reads = reads;
        subscription
                .starts()
                .forEach(start -> cursors.add(
                        new ReadCursor(start, subscription.parameters().shape())));
    }

    void start() {
        if (query.waitMs() > 0) {
            startTimer(query.waitMs());
            ctx.response().closeHandler(gone -> end());
        }
        readAll();
    }

    private void startTimer(long waitMs) {
        timer = vertx.setTimer(waitMs, id -> {
            timer = -1;
            answerIfWaiting();
        });
    }

    private void answerIfWaiting() {
        if (waiting) {
            stopWaiting();
            answer();
        }
    }

    /** The node drains: answers with what there is, if the read waits. Any thread. */
    void stopWaitingSoon() {
        context.runOnContext(v -> answerIfWaiting());
    }

    private void readAll() {
        Future<Void> done = Future.succeededFuture();
        for (int i = 0; i < cursors.size(); i++) {
            int left = cursors.size() - i;
            ReadCursor cursor = cursors.get(i);
            // A share for each, so that a busy partition cannot keep the others out of the answer.
            done = done.compose(before -> readPages(cursor, Math.max(1, (query.max() - count) / left)));
        }
        done.onComplete(
                read -> {
                    if (count == 0
                            && timer >= 0
                            && !hasLookedEnough()
                            && !ctx.response().closed()) {
                        await();
                    } else {
                        answer();
                    }
                },
                failure -> {
                    end();
                    ctx.fail(failure);
                });
    }

    private Future<Void> readPages(ReadCursor cursor, int share) {
        if (share <= 0 || count >= query.max() || records.size() >= ANSWER_BYTES_MAX || hasLookedEnough()) {
            return Future.succeededFuture();
        }
        return partitions
                .read(cursor.partition(), cursor.position(), READ_BYTES, Isolation.READ_COMMITTED)
                .compose(result -> {
                    if (result.isEmpty()) {
                        result.close();
                        return Future.succeededFuture();
                    }
                    if (leaderEpoch(cursor) > cursor.leaderEpoch()) {
                        result.close();
                        return partitions
                                .endOfEpoch(cursor.partition(), cursor.leaderEpoch())
                                .onSuccess(cursor::hasNewLeader)
                                .compose(end -> readPages(cursor, share));
                    }
                    return write(cursor, result, share);
                });
    }

    private Future<Void> write(ReadCursor cursor, ReadResult result, int share) {
        long before = cursor.position();
        lookedAtBytes += result.sizeBytes();
        return vertx.executeBlocking(() -> cursor.write(result, share, ANSWER_BYTES_MAX, records), false)
                .compose(written -> {
                    count += written;
                    return cursor.position() == before ? Future.succeededFuture() : readPages(cursor, share - written);
                });
    }

    private boolean hasLookedEnough() {
        return lookedAtBytes >= LOOKED_AT_BYTES_MAX;
    }

    /** The listener comes on other threads, and perhaps more than once. */
    private void await() {
        waiting = true;
        reads.add(this);
        if (reads.isDraining() && !hurried) {
            hurried = true;
            vertx.cancelTimer(timer);
            startTimer(Math.min(query.waitMs(), DRAINING_WAIT_MS_MAX));
        }
        for (ReadCursor cursor : cursors) {
            watches.add(partitions.watch(
                    cursor.partition(), cursor.position(), () -> context.runOnContext(moved -> wake())));
        }
    }

    private void wake() {
        if (waiting) {
            stopWaiting();
            readAll();
        }
    }

    private void stopWaiting() {
        waiting = false;
        reads.remove(this);
        watches.forEach(Watch::cancel);
        watches.clear();
    }

    private void end() {
        long failures = 0;
        for (ReadCursor cursor : cursors) {
            failures += cursor.takeFilterFailures();
        }
        if (failures > 0) {
            metrics.filterFailed(failures);
        }
        stopWaiting();
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }

    private void answer() {
        end();
        if (ctx.response().closed()) {
            return;
        }
        StringBuilder tail = new StringBuilder(128)
                .append("],\"resume\":\"")
                .append(resumeToken())
                .append("\",\"caught_up\":")
                .append(isCaughtUp());
        appendGaps(tail);
        Buffer body = Buffer.buffer(records.size() + tail.length() + 16)
                .appendString("{\"records\":[")
                .appendBytes(records.array(), 0, records.size())
                .appendString(tail.append('}').toString());
        quota.charge(body.length());
        if (reads.isDraining()) {
            ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            ctx.addEndHandler(answered -> ctx.request().connection().close());
        }
        ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body);
    }

    private String resumeToken() {
        List<ResumeToken.Position> positions = new ArrayList<>(cursors.size());
        for (ReadCursor cursor : cursors) {
            positions.add(
                    new ResumeToken.Position(cursor.partition().partition(), cursor.position(), cursor.leaderEpoch()));
        }
        TopicPartition any = cursors.get(0).partition();
        int nameHash = ResumeToken.nameHash(any.topic());
        return new ResumeToken(List.of(new ResumeToken.TopicPositions(any.topicId(), nameHash, positions))).encode();
    }

    private int leaderEpoch(ReadCursor cursor) {
        try {
            return partitions.offsets(cursor.partition()).leaderEpoch();
        } catch (MillraceException e) {
            // Gone, or between two leaders: whoever resumes with this token learns it then.
            return cursor.leaderEpoch();
        }
    }

    private void appendGaps(StringBuilder json) {
        String separator = ",\"gaps\":[";
        for (ReadCursor cursor : cursors) {
            if (cursor.gap() != null) {
                json.append(separator)
                        .append("{\"partition\":")
                        .append(cursor.partition().partition())
                        .append(',')
                        .append(cursor.gap().toJson(), 1, cursor.gap().toJson().length());
                separator = ",";
            }
        }
        if (separator.equals(",")) {
            json.append(']');
        }
    }

    private boolean isCaughtUp() {
        for (ReadCursor cursor : cursors) {
            try {
                if (cursor.position() < partitions.offsets(cursor.partition()).highWatermark()) {
                    return false;
                }
            } catch (MillraceException e) {
                // Deleted meanwhile: the next read will say so.
                return false;
            }
        }
        return true;
    }
}
