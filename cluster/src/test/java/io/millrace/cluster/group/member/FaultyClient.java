package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** A coordinator of which some requests never reach it, some answers never come back, and the others come late. */
final class FaultyClient implements CoordinatorClient {

    private static final int ANSWER_DELAY_MAX_MS = 20;

    /** Long enough for others to get what is given back too early. */
    private static final int SLOW_COMMIT_MAX_MS = 300;

    private final Vertx vertx;
    private final CoordinatorClient real;
    private final Random random;
    private final long intervalMs;
    private volatile double faults;

    /**
     * @param faults the share of requests that are lost, and that of answers
     * @param intervalMs how often members are told to send heartbeats
     */
    FaultyClient(Vertx vertx, CoordinatorClient real, Random random, double faults, long intervalMs) {
        this.vertx = vertx;
        this.real = real;
        this.random = random;
        this.faults = faults;
        this.intervalMs = intervalMs;
    }

    /** From now on everything arrives. */
    void heal() {
        faults = 0;
    }

    @Override
    public Future<Heartbeat.Answer> heartbeat(Heartbeat heartbeat) {
        return call(() -> real.heartbeat(heartbeat))
                .map(answer -> new Heartbeat.Answer(answer.epoch(), intervalMs, answer.assignment()));
    }

    @Override
    public Future<Map<TopicPartition, ErrorCode>> commit(
            MemberIdentity member, int epoch, Map<TopicPartition, Position> positions) {
        return call(() -> {
            Promise<Map<TopicPartition, ErrorCode>> answer = Promise.promise();
            long delayMs = 1 + (random.nextInt(4) == 0 ? random.nextInt(SLOW_COMMIT_MAX_MS) : 0);
            vertx.setTimer(
                    delayMs, timer -> real.commit(member, epoch, positions).onComplete(answer));
            return answer.future();
        });
    }

    @Override
    public Future<Map<TopicPartition, Long>> committedOffsets(
            MemberIdentity member, int epoch, Collection<TopicPartition> partitions) {
        return call(() -> real.committedOffsets(member, epoch, partitions));
    }

    private <T> Future<T> call(Supplier<Future<T>> request) {
        double fate = random.nextDouble();
        if (fate < faults) {
            return Future.failedFuture(new MillraceException(ErrorCode.NOT_COORDINATOR, "the request was lost"));
        }
        Promise<T> answer = Promise.promise();
        boolean lost = fate < 2 * faults;
        long delayMs = 1 + random.nextInt(ANSWER_DELAY_MAX_MS);
        request.get()
                .onComplete(done -> vertx.setTimer(delayMs, timer -> {
                    if (lost) {
                        answer.fail(new MillraceException(ErrorCode.COORDINATOR_NOT_AVAILABLE, "the answer was lost"));
                    } else if (done.succeeded()) {
                        answer.complete(done.result());
                    } else {
                        answer.fail(done.cause());
                    }
                }));
        return answer.future();
    }
}
