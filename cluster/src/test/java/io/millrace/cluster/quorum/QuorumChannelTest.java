package io.millrace.cluster.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerException;
import io.millrace.cluster.peer.PeerTransport;
import io.vertx.core.Future;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.raft.RaftRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every request has an answer, and errors are slow. */
class QuorumChannelTest {

    private static final Node DESTINATION = new Node(3, "other", 7003);

    private static final PeerAddress OWN = new PeerAddress("own", 7001);
    private static final WhomToAsk NOBODY = new WhomToAsk(OWN, List.of());

    private final QuorumTimer timer = new QuorumTimer();
    private boolean atOnce;
    private long answeredMs;

    @AfterEach
    void close() {
        timer.close();
    }

    @Test
    void anAnswerIsHandedOnAtOnce() {
        FetchResponseData answer = new FetchResponseData().setSessionId(5);
        assertThat(send((to, lane, version, request, timeoutMs) -> Future.succeededFuture(answer), true))
                .isSameAs(answer);
        assertThat(atOnce).isTrue();
    }

    @Test
    void noAnswerIsAnErrorThatComesLate() {
        PeerException refused = new PeerException(PeerException.Kind.REFUSED, "refused", null);
        assertUnavailable((to, lane, version, request, timeoutMs) -> Future.failedFuture(refused), true);
    }

    @Test
    void aTransportThatThrowsIsAnErrorThatComesLate() {
        assertUnavailable(
                (to, lane, version, request, timeoutMs) -> {
                    throw new IllegalStateException("stopped");
                },
                true);
    }

    @Test
    void anAnswerThatMustNotBeBelievedIsAnErrorThatComesLate() {
        assertUnavailable(
                (to, lane, version, request, timeoutMs) -> Future.succeededFuture(new FetchResponseData()), false);
    }

    @Test
    void anErrorFromTheOtherSideComesLate() {
        FetchResponseData error = new FetchResponseData().setErrorCode(Errors.INCONSISTENT_CLUSTER_ID.code());
        assertThat(send((to, lane, version, request, timeoutMs) -> Future.succeededFuture(error), true))
                .isSameAs(error);
        assertThat(answeredMs).isGreaterThanOrEqualTo(QuorumChannel.ERROR_DELAY_MIN_MS);
    }

    @Test
    void aBootstrapServerStandsForEachKnownNodeInTurnAndNeverForThisOne() {
        PeerAddress second = new PeerAddress("second", 7002);
        PeerAddress third = new PeerAddress("third", 7003);
        WhomToAsk whom = new WhomToAsk(OWN, List.of(() -> List.of(OWN, second), () -> List.of(second, third)));
        Node bootstrap = new Node(-2, OWN.host(), OWN.port());

        assertThat(List.of(whom.address(bootstrap), whom.address(bootstrap), whom.address(bootstrap)))
                .containsExactly(second, third, second);
        assertThat(whom.address(new Node(1, OWN.host(), OWN.port())))
                .as("a node that is meant itself")
                .isEqualTo(OWN);
        assertThat(NOBODY.address(bootstrap)).isEqualTo(OWN);
    }

    private void assertUnavailable(PeerTransport transport, boolean credible) {
        assertThat(((FetchResponseData) send(transport, credible)).errorCode())
                .isEqualTo(Errors.BROKER_NOT_AVAILABLE.code());
        assertThat(answeredMs).isGreaterThanOrEqualTo(QuorumChannel.ERROR_DELAY_MIN_MS);
    }

    private ApiMessage send(PeerTransport transport, boolean credible) {
        QuorumChannel channel =
                new QuorumChannel(transport, NOBODY, timer::after, new Random(1), 1_000, answer -> credible);
        RaftRequest.Outbound request =
                new RaftRequest.Outbound(channel.newCorrelationId(), new FetchRequestData(), DESTINATION, 0);
        long began = System.nanoTime();
        channel.send(request);
        atOnce = request.completion.isDone();
        ApiMessage answer =
                request.completion.orTimeout(5, TimeUnit.SECONDS).join().data();
        answeredMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        return answer;
    }
}
