package io.millrace.cluster.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.error.OutcomeUnknownException;
import io.millrace.cluster.idempotence.OnceOutcome;
import io.millrace.cluster.idempotence.OnceOutcome.Kind;
import io.millrace.cluster.partition.Acks;
import io.millrace.cluster.partition.AppendCommand;
import io.millrace.cluster.record.NewRecord;
import io.millrace.cluster.record.RecordBatches;
import io.millrace.cluster.routing.LeaderClient;
import io.millrace.cluster.routing.LeaderClient.Fetch;
import io.millrace.cluster.routing.LeaderClient.From;
import io.millrace.cluster.routing.LeaderClient.Known;
import io.millrace.storage.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Over real sockets: what it means for a client when another node does not answer. */
class PeerLeaderClientTest {

    private static final int NODE = 2;

    private final TopicPartition partition = new TopicPartition(UUID.randomUUID(), "t", 0);
    private final Vertx vertx = Vertx.vertx();
    private final TcpPeerTransport transport = new TcpPeerTransport(vertx, PeerTransportConfig.defaults("test"));

    @AfterEach
    void stop() {
        transport.close();
        vertx.close();
    }

    @Test
    void whenNobodyListensNothingWasStored() throws Exception {
        PeerAddress nobody = new PeerAddress("127.0.0.1", FreePorts.next());
        MillraceException refused = failure(client(nobody).append(NODE, command(10_000)));

        assertThat(refused.code()).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
        assertThat(refused).isNotInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void whenTheConnectionBreaksBeforeTheAnswerTheOutcomeIsUnknown() throws Exception {
        try (ScriptedPeer peer = new ScriptedPeer((connection, header) -> connection.reset())) {
            assertThat(failure(client(peer.address()).append(NODE, command(10_000))))
                    .isInstanceOf(OutcomeUnknownException.class);
        }
    }

    @Test
    void whenNoAnswerComesTheOutcomeIsUnknown() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        try (ScriptedPeer peer = new ScriptedPeer((connection, header) -> {
            if (requests.incrementAndGet() == 1) {
                connection.answer(header, refusal());
            }
        })) {
            LeaderClient client = client(peer.address());
            // Over the connection that there is from now on the next one goes out at once, within its time.
            assertThat(failure(client.append(NODE, command(10_000))).code()).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);

            assertThat(failure(client.append(NODE, command(50)))).isInstanceOf(OutcomeUnknownException.class);
        }
    }

    @Test
    void aReadWithoutAnswerMayBeAskedAgain() throws Exception {
        try (ScriptedPeer peer = new ScriptedPeer((connection, header) -> connection.reset())) {
            Fetch fetch = new Fetch(List.of(new From(new Known(partition, 3), 7, 100)), 0, 100);

            assertThat(failure(client(peer.address()).fetch(NODE, fetch)).code())
                    .isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
        }
    }

    @Test
    void anAnswerThatSaysNothingOfThePartitionIsNotTakenForOne() throws Exception {
        try (ScriptedPeer peer =
                new ScriptedPeer((connection, header) -> connection.answer(header, new FetchResponseData()))) {
            Fetch fetch = new Fetch(List.of(new From(new Known(partition, 3), 7, 100)), 0, 100);

            assertThat(failure(client(peer.address()).fetch(NODE, fetch)).code())
                    .isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
        }
    }

    @Test
    void aRefusalOfTheLeaderKeepsItsCodeAndItsWords() throws Exception {
        try (ScriptedPeer peer = new ScriptedPeer((connection, header) -> connection.answer(header, refusal()))) {
            MillraceException refused = failure(client(peer.address()).append(NODE, command(10_000)));

            assertThat(refused.code()).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
            assertThat(refused).hasMessage("too few");
        }
    }

    @Test
    void whatBecameOfRecordsWithIdempotencyKeysIsReadFromTheAnswer() throws Exception {
        PartitionProduceResponse row = new PartitionProduceResponse();
        List<OnceOutcome> outcomes = List.of(
                new OnceOutcome(Kind.STORED, 7), new OnceOutcome(Kind.REPLAYED, 3), OnceOutcome.of(Kind.IN_PROGRESS));
        OnceField.write(row, outcomes);
        ProduceResponseData answer = new ProduceResponseData();
        answer.responses().add(new TopicProduceResponse().setPartitionResponses(List.of(row)));
        try (ScriptedPeer peer = new ScriptedPeer((connection, header) -> connection.answer(header, answer))) {
            assertThat(client(peer.address())
                            .appendOnce(NODE, command(10_000))
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(30, TimeUnit.SECONDS))
                    .isEqualTo(outcomes);
        }
    }

    @Test
    void anAnswerThatDoesNotSayWhatBecameOfThemLeavesTheOutcomeUnknown() throws Exception {
        ProduceResponseData answer = new ProduceResponseData();
        answer.responses()
                .add(new TopicProduceResponse().setPartitionResponses(List.of(new PartitionProduceResponse())));
        try (ScriptedPeer peer = new ScriptedPeer((connection, header) -> connection.answer(header, answer))) {
            assertThat(failure(client(peer.address()).appendOnce(NODE, command(10_000))))
                    .isInstanceOf(OutcomeUnknownException.class);
        }
    }

    private static ProduceResponseData refusal() {
        PartitionProduceResponse row = new PartitionProduceResponse()
                .setErrorCode(Errors.NOT_ENOUGH_REPLICAS.code())
                .setErrorMessage("too few");
        ProduceResponseData answer = new ProduceResponseData();
        answer.responses().add(new TopicProduceResponse().setPartitionResponses(List.of(row)));
        return answer;
    }

    private LeaderClient client(PeerAddress address) {
        return new PeerLeaderClient(transport, node -> address, 100);
    }

    private AppendCommand command(int timeoutMs) {
        NewRecord record = new NewRecord(1, null, new byte[3], List.of());
        return new AppendCommand(partition, RecordBatches.build(List.of(record), 1), Acks.ALL, timeoutMs);
    }

    private static MillraceException failure(Future<?> future) throws Exception {
        try {
            throw new AssertionError("answered "
                    + future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return (MillraceException) e.getCause();
        }
    }
}
