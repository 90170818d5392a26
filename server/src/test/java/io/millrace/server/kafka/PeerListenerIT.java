package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.PeerException;
import io.millrace.cluster.peer.PeerLane;
import io.millrace.cluster.peer.PeerTransportConfig;
import io.millrace.cluster.peer.TcpPeerTransport;
import io.millrace.server.kafka.handler.ApiHandlers;
import io.millrace.server.metrics.KafkaMetrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.common.message.VoteResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The listener for other nodes and the transport that asks it, over real sockets. */
class PeerListenerIT {

    private static final long TIMEOUT_MS = 10_000;

    private final Vertx vertx = Vertx.vertx();
    private final TcpPeerTransport transport = new TcpPeerTransport(vertx, PeerTransportConfig.defaults("node-2"));

    @AfterEach
    void stop() {
        KafkaTestNode.await(vertx.close());
    }

    @Test
    void aRequestIsCarriedOutByTheApiOfItsKeyWhateverThreadThatAnswersOn() {
        KafkaListener listener = listen(new PeerApi(ApiKeys.VOTE, (short) 2, (short) 2, (version, request) -> {
            Promise<ApiMessage> answer = Promise.promise();
            int voter = ((VoteRequestData) request).voterId();
            new Thread(() -> answer.complete(new VoteResponseData().setErrorCode((short) voter))).start();
            return answer.future();
        }));

        VoteResponseData answer = (VoteResponseData) send(listener, (short) 2, new VoteRequestData().setVoterId(42));

        assertThat(answer.errorCode()).isEqualTo((short) 42);
    }

    @Test
    void aFailureBecomesTheErrorAnswerOfTheRequest() {
        KafkaListener listener = listen(new PeerApi(
                ApiKeys.VOTE,
                (short) 2,
                (short) 2,
                (version, request) -> Future.failedFuture(Errors.INCONSISTENT_CLUSTER_ID.exception())));

        VoteResponseData answer = (VoteResponseData) send(listener, (short) 2, new VoteRequestData());

        assertThat(answer.errorCode()).isEqualTo(Errors.INCONSISTENT_CLUSTER_ID.code());
    }

    @Test
    void recordsInMemoryGoOutWithTheAnswer() {
        byte[] content = new byte[700_000];
        content[600_000] = 1;
        KafkaListener listener =
                listen(new PeerApi(ApiKeys.FETCH_SNAPSHOT, (short) 1, (short) 1, (version, request) -> {
                    FetchSnapshotResponseData.TopicSnapshot topic = new FetchSnapshotResponseData.TopicSnapshot();
                    topic.partitions()
                            .add(new FetchSnapshotResponseData.PartitionSnapshot()
                                    .setUnalignedRecords(new UnalignedMemoryRecords(ByteBuffer.wrap(content))));
                    FetchSnapshotResponseData response = new FetchSnapshotResponseData();
                    response.topics().add(topic);
                    return Future.succeededFuture(response);
                }));

        FetchSnapshotResponseData answer =
                (FetchSnapshotResponseData) send(listener, (short) 1, new FetchSnapshotRequestData());

        MemoryRecords received =
                (MemoryRecords) answer.topics().get(0).partitions().get(0).unalignedRecords();
        assertThat(received.buffer()).isEqualTo(ByteBuffer.wrap(content));
    }

    @Test
    void whatIsNotInTheTableClosesTheConnection() {
        KafkaListener listener = listen();

        assertThatThrownBy(() -> send(listener, (short) 4, new ApiVersionsRequestData()))
                .isInstanceOfSatisfying(
                        PeerException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(PeerException.Kind.RESET));
    }

    @Test
    void whenThePortIsTaken_thenTheMessageNamesTheKeysOfTheCluster() {
        KafkaListener listener = listen();
        KafkaListenerConfig samePort = KafkaListenerConfig.defaults("127.0.0.1", listener.actualPort());

        assertThatThrownBy(() -> KafkaTestNode.await(KafkaListener.startForPeers(
                        vertx, samePort, ApiHandlers.forPeers(List.of()), KafkaMetrics.NONE)))
                .hasMessageContaining("cluster.port")
                .hasMessageContaining("127.0.0.1:" + listener.actualPort());
    }

    private KafkaListener listen(PeerApi... apis) {
        return KafkaTestNode.await(KafkaListener.startForPeers(
                vertx,
                KafkaListenerConfig.defaults("127.0.0.1", 0),
                ApiHandlers.forPeers(List.of(apis)),
                KafkaMetrics.NONE));
    }

    private ApiMessage send(KafkaListener listener, short version, ApiMessage request) {
        PeerAddress address = new PeerAddress("127.0.0.1", listener.actualPort());
        return KafkaTestNode.await(transport.send(address, PeerLane.QUORUM, version, request, TIMEOUT_MS));
    }
}
