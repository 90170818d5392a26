package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerLane;
import io.millrace.cluster.peer.PeerTransport;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.raft.NetworkChannel;
import org.apache.kafka.raft.RaftRequest;
import org.apache.kafka.raft.RaftResponse;
import org.apache.kafka.raft.RaftUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of the Raft client, over the connections between nodes. Each one is answered exactly once, if need be with an error; and
 * errors come late, because the client asks again at once after some of them.
 *
 * <p>Requests come on the poll thread; answers are completed on event loops and the timer thread.
 */
final class QuorumChannel implements NetworkChannel {

    /** Runs a task later. */
    @FunctionalInterface
    interface Delay {
        void run(long delayMs, Runnable task);
    }

    static final int ERROR_DELAY_MIN_MS = 20;
    static final int ERROR_DELAY_MAX_MS = 50;

    private static final Logger log = LoggerFactory.getLogger(QuorumChannel.class);

    private final PeerTransport transport;
    private final WhomToAsk whom;
    private final Delay delay;
    private final Random random;
    private final long requestTimeoutMs;
    private final Predicate<ApiMessage> credible;
    private final AtomicInteger correlationIds = new AtomicInteger();

    /** @param credible whether the client may see an answer; asked on event loops */
    QuorumChannel(
            PeerTransport transport,
            WhomToAsk whom,
            Delay delay,
            Random random,
            long requestTimeoutMs,
            Predicate<ApiMessage> credible) {
        this.credible = credible;
        this.transport = transport;
        this.whom = whom;
        this.delay = delay;
        this.random = random;
        this.requestTimeoutMs = requestTimeoutMs;
    }

    @Override
    public int newCorrelationId() {
        return correlationIds.getAndIncrement();
    }

    @Override
    public ListenerName listenerName() {
        return QuorumProtocol.LISTENER;
    }

    @Override
    public void send(RaftRequest.Outbound request) {
        ApiKeys api = ApiKeys.forId(request.data().apiKey());
        try {
            transport
                    .send(
                            whom.address(request.destination()),
                            PeerLane.QUORUM,
                            QuorumProtocol.version(api),
                            request.data(),
                            requestTimeoutMs)
                    .onComplete(answer -> believe(request, api, answer), failure -> {
                        log.debug("node={} apiKey={} no answer: {}", request.destination(), api, failure.toString());
                        answerUnavailable(request, api);
                    });
        } catch (RuntimeException e) {
            log.warn("node={} apiKey={} the request could not be sent", request.destination(), api, e);
            answerUnavailable(request, api);
        }
    }

    private void believe(RaftRequest.Outbound request, ApiKeys api, ApiMessage answer) {
        if (credible.test(answer)) {
            answer(request, answer);
        } else {
            log.debug("node={} apiKey={} not believed: {}", request.destination(), api, answer);
            answerUnavailable(request, api);
        }
    }

    private void answerUnavailable(RaftRequest.Outbound request, ApiKeys api) {
        answer(request, RaftUtil.errorResponse(api, Errors.BROKER_NOT_AVAILABLE));
    }

    private void answer(RaftRequest.Outbound request, ApiMessage data) {
        RaftResponse.Inbound answer = new RaftResponse.Inbound(request.correlationId(), data, request.destination());
        if (ErrorAnswers.isError(data)) {
            int delayMs = ERROR_DELAY_MIN_MS + random.nextInt(ERROR_DELAY_MAX_MS - ERROR_DELAY_MIN_MS + 1);
            delay.run(delayMs, () -> request.completion.complete(answer));
        } else {
            request.completion.complete(answer);
        }
    }
}
