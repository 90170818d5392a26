package io.millrace.cluster.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.peer.PeerException.Kind;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.common.message.VoteResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Over real sockets: order, lanes, limits, and what each way to get no answer is called. */
class TcpPeerTransportTest {

    private static final short VOTE_VERSION = 2;
    private static final short FETCH_VERSION = 18;
    private static final long LONG_MS = 10_000;

    private final Vertx vertx = Vertx.vertx();
    private final TcpPeerTransport transport = new TcpPeerTransport(vertx, config(1 << 20, 100, 60_000));

    @AfterEach
    void stop() {
        transport.close();
        vertx.close();
    }

    @Test
    void requestsOfALaneShareAConnectionAndAreAnsweredInOrder() throws Exception {
        try (ScriptedPeer peer = new ScriptedPeer(
                (connection, header) -> connection.answer(header, new VoteResponseData().setErrorCode((short) 7)))) {
            List<Integer> answered = new ArrayList<>();
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                int number = i;
                all.add(vote(peer.address(), LONG_MS).onSuccess(answer -> answered.add(number)));
            }
            get(Future.all(all));

            assertThat(answered).hasSize(50).isSorted();
            assertThat(peer.connections()).hasSize(1);
        }
    }

    @Test
    void aLaneDoesNotWaitForAnother() throws Exception {
        try (ScriptedPeer peer = new ScriptedPeer((connection, header) -> {
            if (header.apiVersion() == VOTE_VERSION) {
                connection.answer(header, new VoteResponseData());
            }
        })) {
            Future<ApiMessage> parked = fetch(peer.address(), PeerLane.replication(0));

            assertThat(get(vote(peer.address(), LONG_MS))).isInstanceOf(VoteResponseData.class);
            assertThat(parked.isComplete()).isFalse();
            assertThat(peer.connections()).hasSize(2);
        }
    }

    @Test
    void recordsArriveInAHeapBufferThatMayBeWrittenInto() throws Exception {
        MemoryRecords records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[300_000]));
        ByteBuffer expected = records.buffer().duplicate();
        try (ScriptedPeer peer =
                new ScriptedPeer((connection, header) -> connection.answer(header, fetchResponse(records)))) {
            FetchResponseData first = (FetchResponseData) get(fetch(peer.address(), PeerLane.replication(0)));
            FetchResponseData second = (FetchResponseData) get(fetch(peer.address(), PeerLane.replication(0)));

            ByteBuffer received = recordsOf(first);
            assertThat(received.hasArray()).isTrue();
            assertThat(received).isEqualTo(expected);
            received.putLong(received.position(), 4711);
            // Not the memory of the next answer.
            assertThat(recordsOf(second)).isEqualTo(expected);
        }
    }

    @Test
    void whenNobodyListens_thenItIsRefused() throws Exception {
        PeerAddress nobody = new PeerAddress("127.0.0.1", FreePorts.next());

        assertThat(failure(vote(nobody, LONG_MS)).kind()).isEqualTo(Kind.REFUSED);
        assertThat(get(transport.probe(nobody))).isEqualTo(PeerProbe.Result.REFUSED);
    }

    @Test
    void whenTheConnectionBreaks_thenEverythingOnItIsResetAndTheNextRequestConnectsAgain() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ScriptedPeer peer = new ScriptedPeer((connection, header) -> {
            int number = requests.incrementAndGet();
            if (number == 2) {
                connection.reset();
            } else if (number > 2) {
                connection.answer(header, new VoteResponseData());
            }
        })) {
            Future<ApiMessage> first = vote(peer.address(), LONG_MS);
            Future<ApiMessage> second = vote(peer.address(), LONG_MS);

            assertThat(failure(first).kind()).isEqualTo(Kind.RESET);
            assertThat(failure(second).kind()).isEqualTo(Kind.RESET);
            get(vote(peer.address(), LONG_MS));
            assertThat(peer.connections()).hasSize(2);
        }
    }

    @Test
    void whenNoAnswerComesInTime_thenTheConnectionIsGivenUpAndThatIsNoReset() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ScriptedPeer peer = new ScriptedPeer((connection, header) -> {
            int number = requests.incrementAndGet();
            if (number == 1 || number > 3) {
                connection.answer(header, new VoteResponseData());
            }
        })) {
            // Over the connection that there is from now on the next ones go out at once, within their time.
            get(vote(peer.address(), LONG_MS));
            Future<ApiMessage> patient = vote(peer.address(), LONG_MS);
            Future<ApiMessage> hasty = vote(peer.address(), 100);

            assertThat(failure(hasty).kind()).isEqualTo(Kind.TIMEOUT);
            assertThat(failure(patient).kind()).isEqualTo(Kind.TIMEOUT);
            await().until(() -> requests.get() == 3);
            assertThat(peer.connections().get(0).isClosedByOtherSide()).isTrue();
            get(vote(peer.address(), LONG_MS));
            assertThat(get(transport.probe(peer.address()))).isEqualTo(PeerProbe.Result.ALIVE);
        }
    }

    @Test
    void answersThatAreNoneAreAProtocolError() throws Exception {
        try (ScriptedPeer wrongId = new ScriptedPeer((connection, header) ->
                        connection.answer(header, header.correlationId() + 1, new VoteResponseData()));
                ScriptedPeer wrongBody = new ScriptedPeer((connection, header) -> connection.send(ByteBuffer.allocate(9)
                        .putInt(5)
                        .putInt(header.correlationId())
                        .array()));
                ScriptedPeer tooLarge = new ScriptedPeer((connection, header) ->
                        connection.send(ByteBuffer.allocate(8).putInt(1 << 30).array()))) {

            assertThat(failure(vote(wrongId.address(), LONG_MS)).kind()).isEqualTo(Kind.PROTOCOL);
            assertThat(failure(vote(wrongBody.address(), LONG_MS)).kind()).isEqualTo(Kind.PROTOCOL);
            assertThat(failure(vote(tooLarge.address(), LONG_MS)))
                    .hasMessageContaining("1073741824")
                    .extracting(PeerException::kind)
                    .isEqualTo(Kind.PROTOCOL);
        }
    }

    @Test
    void aRequestAboveTheLimitIsNotSent() throws Exception {
        TcpPeerTransport narrow = new TcpPeerTransport(vertx, config(1 << 20, 1, 60_000));
        try (ScriptedPeer peer = new ScriptedPeer((connection, header) -> {})) {
            Future<ApiMessage> first = narrow.send(peer.address(), PeerLane.QUORUM, VOTE_VERSION, voteRequest(), 300);
            Future<ApiMessage> second =
                    narrow.send(peer.address(), PeerLane.QUORUM, VOTE_VERSION, voteRequest(), LONG_MS);

            assertThat(failure(second).kind()).isEqualTo(Kind.BUSY);
            assertThat(failure(first).kind()).isEqualTo(Kind.TIMEOUT);
        } finally {
            narrow.close();
        }
    }

    @Test
    void afterAFailureTheNextAttemptsPauseABit() throws Exception {
        PeerAddress nobody = new PeerAddress("127.0.0.1", FreePorts.next());
        long start = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            assertThat(failure(vote(nobody, LONG_MS)).kind()).isEqualTo(Kind.REFUSED);
        }

        // 20 + 40 + 80 ms, and room for a busy machine.
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(130), Duration.ofSeconds(5));
    }

    @Test
    void aConnectionWithoutTrafficIsClosed() throws Exception {
        TcpPeerTransport impatient = new TcpPeerTransport(vertx, config(1 << 20, 100, 50));
        try (ScriptedPeer peer =
                new ScriptedPeer((connection, header) -> connection.answer(header, new VoteResponseData()))) {
            get(impatient.send(peer.address(), PeerLane.QUORUM, VOTE_VERSION, voteRequest(), LONG_MS));
            await().until(() -> peer.connections().get(0).isClosedByOtherSide());

            get(impatient.send(peer.address(), PeerLane.QUORUM, VOTE_VERSION, voteRequest(), LONG_MS));
            assertThat(peer.connections()).hasSize(2);
        } finally {
            impatient.close();
        }
    }

    @Test
    void closingFailsWhatIsUnderWayAndWhatComesAfter() throws Exception {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        try (ScriptedPeer peer = new ScriptedPeer((connection, header) -> asked.complete(null))) {
            Future<ApiMessage> underWay = vote(peer.address(), LONG_MS);
            asked.get(5, TimeUnit.SECONDS);
            transport.close();

            assertThat(failure(underWay).kind()).isEqualTo(Kind.CLOSED);
            assertThat(failure(vote(peer.address(), LONG_MS)).kind()).isEqualTo(Kind.CLOSED);
        }
    }

    @Test
    void answersComeOnTheContextOfTheCaller() throws Exception {
        CompletableFuture<Boolean> sameContext = new CompletableFuture<>();
        try (ScriptedPeer peer =
                new ScriptedPeer((connection, header) -> connection.answer(header, new VoteResponseData()))) {
            Context mine = vertx.getOrCreateContext();
            mine.runOnContext(turn -> vote(peer.address(), LONG_MS)
                    .onComplete(answer -> sameContext.complete(Vertx.currentContext() == mine)));

            assertThat(sameContext.get(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    private Future<ApiMessage> vote(PeerAddress to, long timeoutMs) {
        return transport.send(to, PeerLane.QUORUM, VOTE_VERSION, voteRequest(), timeoutMs);
    }

    private Future<ApiMessage> fetch(PeerAddress to, PeerLane lane) {
        return transport.send(to, lane, FETCH_VERSION, new FetchRequestData(), LONG_MS);
    }

    private static VoteRequestData voteRequest() {
        return new VoteRequestData().setClusterId("c").setVoterId(1);
    }

    private static FetchResponseData fetchResponse(MemoryRecords records) {
        FetchableTopicResponse topic = new FetchableTopicResponse();
        topic.partitions().add(new PartitionData().setRecords(records));
        FetchResponseData response = new FetchResponseData();
        response.responses().add(topic);
        return response;
    }

    private static ByteBuffer recordsOf(FetchResponseData response) {
        PartitionData row = response.responses().get(0).partitions().get(0);
        return ((MemoryRecords) row.records()).buffer();
    }

    private static PeerTransportConfig config(int maxFrameBytes, int maxPending, long idleTimeoutMs) {
        return new PeerTransportConfig("test", maxFrameBytes, maxPending, 1 << 20, 1_000, 300, 20, 200, idleTimeoutMs);
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static PeerException failure(Future<?> future) throws Exception {
        try {
            throw new AssertionError("answered: " + get(future));
        } catch (ExecutionException e) {
            return (PeerException) e.getCause();
        }
    }
}
