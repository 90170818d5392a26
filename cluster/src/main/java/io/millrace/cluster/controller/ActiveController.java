package io.millrace.cluster.controller;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerException;
import io.millrace.cluster.peer.PeerLane;
import io.millrace.cluster.peer.PeerTransport;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Asks the active controller, wherever it is: on this node directly, on another over the node-to-node listener. While there is none, or
 * it does not answer, it asks again until the time is up.
 *
 * <p>A request may be carried out twice when an answer is lost: everything that is asked here is safe to repeat, or the repetition is
 * refused by name or epoch.
 */
final class ActiveController {

    private static final long RETRY_MS = 50;

    /** One attempt over the network; shorter than the whole, so that a dead controller is noticed and its successor asked. */
    private static final long ATTEMPT_MS = 3_000;

    private final Vertx vertx;
    private final PeerTransport transport;
    private final Whereabouts whereabouts;
    private final LongSupplier nanoTime;
    private volatile boolean closed;

    /** Where the active controller is at this moment. */
    interface Whereabouts {
        /** The controller of this node, if it leads the quorum. */
        Optional<ControllerApis> here();

        /** The node that leads the quorum, if it is known and another one. */
        Optional<PeerAddress> elsewhere();
    }

    ActiveController(Vertx vertx, PeerTransport transport, Whereabouts whereabouts, LongSupplier nanoTime) {
        this.vertx = vertx;
        this.transport = transport;
        this.whereabouts = whereabouts;
        this.nanoTime = nanoTime;
    }

    /**
     * Sends a request. Fails with NOT_CONTROLLER when no controller could be asked in time, with REQUEST_TIMED_OUT when one was asked
     * and did not answer (MillraceException both); other failures are the controller's own, Kafka's exceptions.
     */
    <T extends ApiMessage> Future<T> send(ApiMessage request, Class<T> answer, long timeoutMs) {
        Attempt<T> attempt =
                new Attempt<>(request, answer, nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(timeoutMs));
        attempt.start();
        return attempt.promise.future();
    }

    void close() {
        closed = true;
    }

    private final class Attempt<T extends ApiMessage> {

        private final ApiMessage request;
        private final Class<T> answer;
        private final long deadlineNs;
        private final Context context = vertx.getOrCreateContext();
        private final Promise<T> promise = Promise.promise();
        private boolean asked;

        Attempt(ApiMessage request, Class<T> answer, long deadlineNs) {
            this.request = request;
            this.answer = answer;
            this.deadlineNs = deadlineNs;
        }

        void start() {
            context.runOnContext(v -> once());
        }

        private void once() {
            short version = ControllerApis.version(ApiKeys.forId(request.apiKey()));
            Optional<ControllerApis> here = whereabouts.here();
            if (here.isPresent()) {
                asked = true;
                done(here.get().handle(version, request));
                return;
            }
            Optional<PeerAddress> elsewhere = whereabouts.elsewhere();
            if (elsewhere.isEmpty()) {
                again(null);
                return;
            }
            asked = true;
            done(transport.send(elsewhere.get(), lane(request), version, request, attemptMs()));
        }

        private void done(Future<ApiMessage> outcome) {
            outcome.onComplete(result -> context.runOnContext(v -> {
                if (result.failed()) {
                    failed(ControllerErrors.unwrap(result.cause()));
                } else {
                    answered(result.result());
                }
            }));
        }

        /** Over the wire a refusal is an answer with an error code. */
        private void answered(ApiMessage result) {
            Errors error = AnswerCodes.ofWhole(result);
            if (error == Errors.NONE) {
                promise.complete(answer.cast(result));
            } else {
                failed(error.exception());
            }
        }

        private void failed(Throwable cause) {
            if (cause instanceof NotControllerException || cause instanceof PeerException) {
                again(cause);
            } else {
                promise.fail(cause);
            }
        }

        private void again(Throwable cause) {
            if (closed || nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(RETRY_MS) >= deadlineNs) {
                promise.fail(
                        asked && cause instanceof PeerException
                                ? new MillraceException(
                                        ErrorCode.REQUEST_TIMED_OUT,
                                        "The active controller did not answer in time: the change may or may not be made",
                                        cause)
                                : new MillraceException(
                                        ErrorCode.NOT_CONTROLLER,
                                        "There is no active controller at the moment: nothing was changed, ask again"
                                                + " later",
                                        cause));
                return;
            }
            vertx.setTimer(RETRY_MS, id -> context.runOnContext(v -> once()));
        }

        private static PeerLane lane(ApiMessage request) {
            return switch (ApiKeys.forId(request.apiKey())) {
                case BROKER_HEARTBEAT, BROKER_REGISTRATION -> PeerLane.HEARTBEATS;
                case ALTER_PARTITION -> PeerLane.IN_SYNC;
                default -> PeerLane.CONTROLLER;
            };
        }

        private long attemptMs() {
            return Math.max(1, Math.min(ATTEMPT_MS, TimeUnit.NANOSECONDS.toMillis(deadlineNs - nanoTime.getAsLong())));
        }
    }
}
