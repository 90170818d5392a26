package io.millrace.server.kafka;

import static io.millrace.server.kafka.KafkaTestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.millrace.cluster.peer.PeerAddress;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.PeerException;
import io.millrace.cluster.peer.PeerLane;
import io.millrace.cluster.peer.PeerProbe;
import io.millrace.cluster.peer.PeerTransportConfig;
import io.millrace.cluster.peer.TcpPeerTransport;
import io.millrace.cluster.tls.TestCa;
import io.millrace.cluster.tls.TlsFiles;
import io.millrace.cluster.tls.TlsIdentity;
import io.millrace.server.kafka.handler.ApiHandlers;
import io.millrace.server.metrics.KafkaMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.common.message.VoteResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;
import org.assertj.core.api.ListAssert;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Who gets in at the listener for other nodes with TLS, as whom, and what the log says of the others. */
class PeerTlsIT {

    private static final long TIMEOUT_MS = 10_000;

    @TempDir
    static Path directory;

    private static TestCa ca;
    private static TlsFiles files1;
    private static TlsFiles files2;
    private static TlsFiles foreign2;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger votes = new AtomicInteger();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeAll
    static void issue() throws Exception {
        ca = new TestCa(directory.resolve("ca"));
        files1 = ca.node(1);
        files2 = ca.node(2);
        foreign2 = new TestCa(directory.resolve("foreign")).node(2);
    }

    @BeforeEach
    void listenToTheLog() {
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        root().addAppender(log);
    }

    @AfterEach
    void stop() {
        root().detachAppender(log);
        await(vertx.close());
    }

    @Test
    void aNodeOfTheSameCaIsAnsweredAndNothingIsWarnedOf() throws Exception {
        KafkaListener listener = listen(identity(files1, 1));

        VoteResponseData answer = vote(transport(identity(files2, 2)), listener, 2);

        assertThat(answer.errorCode()).isEqualTo((short) 42);
        assertThat(warnings()).isEmpty();
    }

    @Test
    void nobodyVotesAsAnotherNodeThanThatOfTheCertificate() throws Exception {
        KafkaListener listener = listen(identity(files1, 1));
        TcpPeerTransport second = transport(identity(files2, 2));

        assertThatThrownBy(() -> vote(second, listener, 3)).isInstanceOf(PeerException.class);
        assertThatThrownBy(() -> vote(second, listener, 3)).isInstanceOf(PeerException.class);

        assertThat(votes).hasValue(0);
        awaitWarnings(warnings -> warnings.singleElement()
                .asString()
                .contains("the certificate of node 2 was used for a request VOTE as node 3"));
        assertThat(vote(second, listener, 2).errorCode()).isEqualTo((short) 42);
    }

    @Test
    void aCertificateOfAForeignCaIsRefusedAndBothSidesSayWhy() throws Exception {
        KafkaListener listener = listen(identity(files1, 1));
        // It even trusts our CA: only its own certificate is wrong.
        TlsFiles stranger = new TlsFiles("cluster.tls", foreign2.certificate(), foreign2.key(), files1.trusted());

        assertThatThrownBy(() -> vote(transport(identity(stranger, 2)), listener, 2))
                .isInstanceOfSatisfying(
                        PeerException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(PeerException.Kind.PROTOCOL));

        assertThat(votes).hasValue(0);
        awaitWarnings(warnings -> warnings.anyMatch(line -> line.contains("not from a CA in cluster.tls.trusted"))
                .anyMatch(line -> line.contains("it refuses this side")));
    }

    @Test
    void aListenerOfAForeignCaIsNotAsked() throws Exception {
        KafkaListener listener = listen(identity(foreign2, 2));

        assertThatThrownBy(() -> vote(transport(identity(files2, 2)), listener, 2))
                .isInstanceOfSatisfying(PeerException.class, refused -> {
                    assertThat(refused.kind()).isEqualTo(PeerException.Kind.PROTOCOL);
                    assertThat(refused.wasSent()).isFalse();
                });
        awaitWarnings(warnings -> warnings.anyMatch(line -> line.contains("No connection to the node at 127.0.0.1:")
                && line.contains("not from a CA in cluster.tls.trusted")));
    }

    @Test
    void aListenerAtAnAddressThatItsCertificateDoesNotHaveIsNotAsked() throws Exception {
        TlsFiles elsewhere = ca.issue("elsewhere", "san=uri:millrace:node/1,ip:10.9.8.7");
        KafkaListener listener = listen(TlsIdentity.ofNode(vertx, elsewhere, 1, "10.9.8.7"));

        assertThatThrownBy(() -> vote(transport(identity(files2, 2)), listener, 2))
                .isInstanceOf(PeerException.class);

        assertThat(votes).hasValue(0);
        awaitWarnings(warnings -> warnings.anyMatch(line -> line.contains("is not for this address")));
    }

    @Test
    void aCertificateWithoutTheNameOfANodeIsRefusedOnBothSides() throws Exception {
        TlsFiles nameless = ca.issue("nameless", "san=ip:127.0.0.1");
        TlsIdentity nobody = TlsIdentity.ofServer(vertx, nameless);

        assertThatThrownBy(() -> vote(transport(nobody), listen(identity(files1, 1)), 2))
                .isInstanceOf(PeerException.class);
        assertThatThrownBy(() -> vote(transport(identity(files2, 2)), listen(nobody), 2))
                .isInstanceOf(PeerException.class);

        assertThat(votes).hasValue(0);
        awaitWarnings(warnings -> warnings.anyMatch(
                        line -> line.contains("Other nodes: connection closed: its certificate names no node"))
                .anyMatch(line -> line.contains("No connection to the node") && line.contains("names no node")));
    }

    @Test
    void plainTextIsRefusedWithOneWarning() throws Exception {
        KafkaListener listener = listen(identity(files1, 1));
        TcpPeerTransport plain = transport(null);

        assertThatThrownBy(() -> vote(plain, listener, 2)).isInstanceOf(PeerException.class);
        assertThatThrownBy(() -> vote(plain, listener, 2)).isInstanceOf(PeerException.class);

        assertThat(votes).hasValue(0);
        awaitWarnings(warnings -> warnings.singleElement()
                .asString()
                .contains("it does not speak TLS, but this port does: set cluster.tls on all nodes"));
    }

    @Test
    void tlsAtAPlainListenerIsWarnedOfOnceOnEachSide() throws Exception {
        KafkaListener listener = listen(null);
        TcpPeerTransport second = transport(identity(files2, 2));

        assertThatThrownBy(() -> vote(second, listener, 2)).isInstanceOf(PeerException.class);
        assertThatThrownBy(() -> vote(second, listener, 2)).isInstanceOf(PeerException.class);

        awaitWarnings(warnings -> warnings.hasSize(2)
                .anyMatch(line -> line.contains("this looks like TLS") && line.contains("set cluster.tls on all nodes"))
                .anyMatch(line -> line.contains("No connection to the node")));
    }

    @Test
    void aProbeSeesThatSomebodyListensAndIsNotWarnedOf() throws Exception {
        KafkaListener listener = listen(identity(files1, 1));

        PeerProbe.Result result = await(transport(identity(files2, 2)).probe(address(listener)));

        assertThat(result).isEqualTo(PeerProbe.Result.ALIVE);
        Awaitility.await().until(() -> listener.openConnections() == 0);
        assertThat(warnings()).isEmpty();
    }

    @Test
    void aMegabyteInMemoryArrivesUnchanged() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(5).nextBytes(content);
        KafkaListener listener = listen(
                identity(files1, 1), new PeerApi(ApiKeys.FETCH_SNAPSHOT, (short) 1, (short) 1, (version, request) -> {
                    FetchSnapshotResponseData.TopicSnapshot topic = new FetchSnapshotResponseData.TopicSnapshot();
                    topic.partitions()
                            .add(new FetchSnapshotResponseData.PartitionSnapshot()
                                    .setUnalignedRecords(new UnalignedMemoryRecords(ByteBuffer.wrap(content))));
                    FetchSnapshotResponseData response = new FetchSnapshotResponseData();
                    response.topics().add(topic);
                    return Future.succeededFuture(response);
                }));

        FetchSnapshotResponseData answer = (FetchSnapshotResponseData) send(
                transport(identity(files2, 2)), listener, (short) 1, new FetchSnapshotRequestData().setReplicaId(2));

        MemoryRecords received =
                (MemoryRecords) answer.topics().get(0).partitions().get(0).unalignedRecords();
        assertThat(received.buffer()).isEqualTo(ByteBuffer.wrap(content));
    }

    private TlsIdentity identity(TlsFiles files, int nodeId) throws Exception {
        return TlsIdentity.ofNode(vertx, files, nodeId, "127.0.0.1");
    }

    private TcpPeerTransport transport(TlsIdentity identity) {
        return new TcpPeerTransport(vertx, PeerTransportConfig.defaults("test"), identity);
    }

    private KafkaListener listen(TlsIdentity identity) {
        return listen(identity, new PeerApi(ApiKeys.VOTE, (short) 2, (short) 2, (version, request) -> {
            votes.incrementAndGet();
            return Future.succeededFuture(new VoteResponseData().setErrorCode((short) 42));
        }));
    }

    private KafkaListener listen(TlsIdentity identity, PeerApi api) {
        return await(KafkaListener.startForPeers(
                vertx,
                TestConfigs.onOneEventLoop(KafkaListenerConfig.defaults("127.0.0.1", 0)),
                identity,
                ApiHandlers.forPeers(List.of(api)),
                KafkaMetrics.NONE));
    }

    private static VoteResponseData vote(TcpPeerTransport transport, KafkaListener listener, int claimedNode) {
        VoteRequestData request = new VoteRequestData().setVoterId(1);
        request.topics()
                .add(new VoteRequestData.TopicData()
                        .setPartitions(List.of(new VoteRequestData.PartitionData().setReplicaId(claimedNode))));
        return (VoteResponseData) send(transport, listener, (short) 2, request);
    }

    private static ApiMessage send(
            TcpPeerTransport transport, KafkaListener listener, short version, ApiMessage request) {
        return await(transport.send(address(listener), PeerLane.QUORUM, version, request, TIMEOUT_MS));
    }

    private static PeerAddress address(KafkaListener listener) {
        return new PeerAddress("127.0.0.1", listener.actualPort());
    }

    /** Each side writes its lines on a thread of its own, and only one of them is that which tells the caller. */
    private void awaitWarnings(Consumer<ListAssert<String>> hold) {
        Awaitility.await().untilAsserted(() -> hold.accept(assertThat(warnings())));
    }

    private List<String> warnings() {
        return log.list.stream()
                .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger("io.millrace");
    }
}
