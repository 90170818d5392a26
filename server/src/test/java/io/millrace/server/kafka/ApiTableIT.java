package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.peer.ClaimedNode;
import io.millrace.server.kafka.RequestDispatcher.Reply;
import io.millrace.server.kafka.handler.ApiHandler;
import io.millrace.server.kafka.handler.ApiHandlers;
import io.millrace.server.kafka.handler.ApiResponse;
import io.millrace.server.kafka.handler.ConnectionEnd;
import io.millrace.server.kafka.quota.ClientQuotas;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What must hold for every row of the API table. Driven by the table: an API that is added is tested here, or missed here for
 * want of sample requests.
 */
class ApiTableIT {

    @TempDir
    static Path directory;

    private static KafkaTestNode node;
    private static ApiHandlers handlers;
    private static RequestDispatcher dispatcher;
    private static RequestSamples samples;

    @BeforeAll
    static void startNode() {
        node = KafkaTestNode.start(directory);
        node.createTopic("alpha", 2);
        node.createTopic("beta", 1);
        node.awaitGroups();
        KafkaListenerConfig config = KafkaListenerConfig.defaults("127.0.0.1", 0);
        handlers = ApiHandlers.forClients(node.node(), config.limits(), new ClientQuotas(11, 1_000, () -> 0));
        dispatcher = new RequestDispatcher(handlers);
        samples = new RequestSamples(node);
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @Test
    void everyApiHasSampleRequests() {
        assertThat(samples.apiKeys())
                .containsExactlyInAnyOrderElementsOf(
                        handlers.all().stream().map(ApiHandler::apiKey).toList());
    }

    @Test
    void ofEveryRequestBetweenNodesItIsKnownAsWhichNodeItSpeaks() {
        ApiHandlers peers = ApiHandlers.forPeers(
                node.node().peerApis(),
                node.node().replicas(),
                node.node().partitions(),
                node.node().onceAppends(),
                node.node().controller(),
                1 << 20);

        assertThat(peers.all()).hasSizeGreaterThan(20).allMatch(handler -> ClaimedNode.isKnown(handler.apiKey()));
    }

    @Test
    void everyVersionIsOneThatTheLibraryCanReadAndThatIsStable() {
        assertThat(handlers.all()).allSatisfy(handler -> {
            assertThat(handler.minVersion())
                    .isGreaterThanOrEqualTo(handler.apiKey().oldestVersion());
            assertThat(handler.maxVersion())
                    .isLessThanOrEqualTo(handler.apiKey().latestVersion(false));
            assertThat(handler.minVersion()).isLessThanOrEqualTo(handler.maxVersion());
        });
    }

    @Test
    void theTableInTheDocumentationIsTheTableInTheCode() throws IOException {
        List<String> documented = Files.readAllLines(Path.of("PROTOCOL.md")).stream()
                .filter(line -> line.matches("\\| \\d+ \\|.*"))
                .map(line -> line.split("\\|"))
                .map(cells -> cells[1].trim() + " " + cells[2].trim() + " " + cells[3].trim())
                .toList();

        assertThat(documented)
                .containsExactlyElementsOf(handlers.all().stream()
                        .map(handler -> handler.apiKey().id + " " + handler.apiKey().name + " " + handler.minVersion()
                                + "-" + handler.maxVersion())
                        .toList());
    }

    @TestFactory
    Stream<DynamicTest> everyAnswerCanBeReadBackAtEveryVersion() {
        return versions((apiKey, version) -> {
            for (ApiMessage message : samples.of(apiKey, version)) {
                RequestHeader header = new RequestHeader(apiKey, version, "test", 7);
                Reply reply = KafkaTestNode.await(dispatcher.dispatch(
                        frame(header, message),
                        "test",
                        InetAddress.getLoopbackAddress(),
                        SenderCheck.ANYBODY,
                        new ConnectionEnd()));

                assertThat(reply.response()).as("answer to %s", message).isInstanceOf(ApiResponse.Answer.class);
                assertRoundTrip(header, (ApiResponse.Answer) reply.response());
                reply.response().close();
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> everyErrorCanBeReadBackAtEveryVersion() {
        return versions((apiKey, version) -> {
            for (ApiMessage message : samples.of(apiKey, version)) {
                RequestHeader header = new RequestHeader(apiKey, version, "test", 7);
                AbstractRequest request = AbstractRequest.parseRequest(
                                apiKey, version, MessageUtil.toByteBufferAccessor(message, version))
                        .request;
                for (ErrorCode code : EnumSet.complementOf(EnumSet.of(ErrorCode.NONE))) {
                    MillraceException failure = new MillraceException(code, "words");
                    ApiResponse response = RequestDispatcher.errorResponse(request, failure);
                    if (response instanceof ApiResponse.Answer answer) {
                        assertRoundTrip(header, answer);
                    } else {
                        assertThat(message.toString()).contains("records=null");
                    }
                }
            }
        });
    }

    private interface AtVersion {
        void check(ApiKeys apiKey, short version) throws IOException;
    }

    private static Stream<DynamicTest> versions(AtVersion test) {
        return handlers.all().stream()
                .flatMap(handler -> IntStream.rangeClosed(handler.minVersion(), handler.maxVersion())
                        .mapToObj(version -> DynamicTest.dynamicTest(
                                handler.apiKey().name + " v" + version,
                                () -> test.check(handler.apiKey(), (short) version))));
    }

    private static ByteBuffer frame(RequestHeader header, ApiMessage message) {
        AbstractRequest request = AbstractRequest.parseRequest(
                        header.apiKey(),
                        header.apiVersion(),
                        MessageUtil.toByteBufferAccessor(message, header.apiVersion()))
                .request;
        return request.serializeWithHeader(header);
    }

    /** Written, read and written again: a field that was lost or misread would change the bytes. */
    private static void assertRoundTrip(RequestHeader header, ApiResponse.Answer answer) throws IOException {
        ByteBuffer bytes = EncodedParts.toBuffer(ResponseEncoder.encode(header, header.apiVersion(), answer));
        assertThat(bytes.getInt()).isEqualTo(bytes.remaining());
        AbstractResponse read = AbstractResponse.parseResponse(bytes.duplicate(), header);
        ByteBufferAccessor again = MessageUtil.toByteBufferAccessor(read.data(), header.apiVersion());
        int headerBytes = header.apiKey().responseHeaderVersion(header.apiVersion()) == 0 ? 4 : 5;
        assertThat(again.buffer()).isEqualTo(bytes.position(bytes.position() + headerBytes));
    }
}
