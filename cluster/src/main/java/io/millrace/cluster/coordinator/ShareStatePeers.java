package io.millrace.cluster.coordinator;

import io.millrace.cluster.CallerContext;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.peer.PeerException;
import io.millrace.cluster.peer.PeerLane;
import io.millrace.cluster.peer.PeerTransport;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Asks whoever keeps the state of a share-partition, and again while that changes or has only just begun. What a node asks itself takes no
 * connection. Thread-safe, never blocks.
 */
final class ShareStatePeers {

    /** Answers wait for replicas. */
    private static final PeerLane LANE = new PeerLane("share-state");

    private static final long REQUEST_TIMEOUT_MS = 10_000;

    /** Clients wait 30 s for an acknowledgement, by default. */
    private static final long PATIENCE_MS = 15_000;

    private static final long FIRST_PAUSE_MS = 50;
    private static final long PAUSE_MAX_MS = 1_000;

    private final Vertx vertx;
    private final int nodeId;
    private final KafkaShareCoordinator own;
    private final PeerTransport transport;

    ShareStatePeers(Vertx vertx, int nodeId, KafkaShareCoordinator own, PeerTransport transport) {
        this.vertx = vertx;
        this.nodeId = nodeId;
        this.own = own;
        this.transport = transport;
    }

    KafkaShareCoordinator own() {
        return own;
    }

    /**
     * A request about one share-partition.
     *
     * @param key of the share-partition
     * @param here carries it out at this node
     * @param answer what an answer from another node is
     * @param error the error code of the share-partition in an answer
     */
    record Call<R extends ApiMessage>(
            String key,
            ApiMessage request,
            Function<KafkaShareCoordinator, Future<R>> here,
            Class<R> answer,
            ToIntFunction<R> error) {}

    /** Fails when nobody could be asked within the time; an answer has whatever error code will not go away by asking again. */
    <R extends ApiMessage> Future<R> send(Call<R> call) {
        Promise<R> answer = CallerContext.promise();
        attempt(call, answer, System.nanoTime() / 1_000_000 + PATIENCE_MS, FIRST_PAUSE_MS);
        return answer.future();
    }

    private <R extends ApiMessage> void attempt(Call<R> call, Promise<R> answer, long untilMs, long pauseMs) {
        own.coordinatorOf(call.key()).compose(node -> ask(node, call)).onComplete(done -> {
            boolean again = done.succeeded()
                    ? isTransient(Errors.forCode((short) call.error().applyAsInt(done.result())))
                    : isTransient(done.cause());
            if (again && System.nanoTime() / 1_000_000 + pauseMs < untilMs) {
                vertx.setTimer(pauseMs, timer -> attempt(call, answer, untilMs, Math.min(2 * pauseMs, PAUSE_MAX_MS)));
            } else {
                answer.handle(done);
            }
        });
    }

    private <R extends ApiMessage> Future<R> ask(BrokerMetadata node, Call<R> call) {
        if (node.nodeId() == nodeId) {
            return call.here().apply(own);
        }
        short version = ApiKeys.forId(call.request().apiKey()).latestVersion();
        return transport
                .send(node.peer(), LANE, version, call.request(), REQUEST_TIMEOUT_MS)
                .map(call.answer()::cast);
    }

    private static boolean isTransient(Errors error) {
        return error == Errors.NOT_COORDINATOR
                || error == Errors.COORDINATOR_NOT_AVAILABLE
                || error == Errors.COORDINATOR_LOAD_IN_PROGRESS;
    }

    private static boolean isTransient(Throwable failure) {
        return failure instanceof PeerException
                || failure instanceof MillraceException ours
                        && (ours.code() == ErrorCode.NOT_COORDINATOR
                                || ours.code() == ErrorCode.COORDINATOR_NOT_AVAILABLE
                                || ours.code() == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    }
}
