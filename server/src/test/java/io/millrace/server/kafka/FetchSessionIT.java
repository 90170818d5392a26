package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.KafkaIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetch sessions of clients (KIP-227), request by request. */
class FetchSessionIT {

    private static final short BY_ID = 17;
    private static final short BY_NAME = 12;
    private static final int OPENING = 0;
    private static final int WITHOUT = -1;

    @TempDir
    static Path directory;

    private static final AtomicInteger TESTS = new AtomicInteger();
    private static KafkaTestNode node;

    private RawKafkaClient client;
    private TopicMetadata alpha;
    private TopicMetadata beta;

    @BeforeAll
    static void startNode() {
        node = KafkaTestNode.start(directory);
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @BeforeEach
    void connect() {
        client = node.connect();
        int test = TESTS.incrementAndGet();
        alpha = node.createTopic("alpha-" + test, 2);
        beta = node.createTopic("beta-" + test, 1);
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    @Test
    void anIncrementalAnswerHasOnlyWhatIsNew() {
        FetchResponse opened = fetch(BY_ID, 0, OPENING, at(alpha, 0, 0), at(alpha, 1, 0), at(beta, 0, 0));
        int session = opened.sessionId();
        assertThat(session).isPositive();
        assertThat(rows(opened)).containsExactly("alpha-0", "alpha-1", "beta-0");

        FetchResponse nothing = fetch(BY_ID, session, 1);
        assertThat(nothing.error()).isEqualTo(Errors.NONE);
        assertThat(nothing.sessionId()).isEqualTo(session);
        assertThat(rows(nothing)).isEmpty();

        produce("beta");
        FetchResponse news = fetch(BY_ID, session, 2);
        assertThat(rows(news)).containsExactly("beta-0");
        assertThat(FetchResponse.recordsSize(
                        news.data().responses().get(0).partitions().get(0)))
                .isPositive();

        FetchResponse again = fetch(BY_ID, session, 3);
        assertThat(rows(again))
                .as("records are sent until the client asks for others")
                .containsExactly("beta-0");
        assertThat(rows(fetch(BY_ID, session, 4, at(beta, 0, 1)))).isEmpty();
    }

    @Test
    void sessionsWorkWithNamesToo() {
        int session =
                fetch(BY_NAME, 0, OPENING, at(alpha, 0, 0), at(beta, 0, 0)).sessionId();
        produce("alpha");

        assertThat(rows(fetch(BY_NAME, session, 1))).containsExactly("alpha-0");
        assertThat(fetch(BY_ID, session, 2).error()).isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
    }

    @Test
    void whatIsForgottenIsNotAnsweredAndWhatIsAddedIs() {
        int session = fetch(BY_ID, 0, OPENING, at(alpha, 0, 0), at(beta, 0, 0)).sessionId();
        produce("alpha");
        produce("beta");

        FetchResponse changed = call(BY_ID, session, 1, List.of(at(alpha, 1, 0)), List.of(forget(alpha, 0)));
        assertThat(rows(changed)).containsExactlyInAnyOrder("beta-0", "alpha-1");

        FetchResponse empty = call(BY_ID, session, 2, List.of(), List.of(forget(alpha, 1), forget(beta, 0)));
        assertThat(empty.error()).isEqualTo(Errors.NONE);
        assertThat(empty.sessionId()).as("a session without partitions ends").isZero();
        assertThat(fetch(BY_ID, session, 3).error()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void anUnknownSessionAndAWrongEpochAreRefused() {
        assertThat(fetch(BY_ID, 4711, 1).error()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        int session = fetch(BY_ID, 0, OPENING, at(alpha, 0, 0)).sessionId();
        assertThat(fetch(BY_ID, session, 2).error()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
        assertThat(fetch(BY_ID, session, 1).error()).isEqualTo(Errors.NONE);
        assertThat(fetch(BY_ID, session, 1).error()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
    }

    @Test
    void aFullRequestEndsTheSessionThatItNames() {
        int first = fetch(BY_ID, 0, OPENING, at(alpha, 0, 0)).sessionId();
        int second = fetch(BY_ID, first, OPENING, at(alpha, 0, 0)).sessionId();
        assertThat(second).isPositive().isNotEqualTo(first);
        assertThat(fetch(BY_ID, first, 1).error()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);

        FetchResponse last = fetch(BY_ID, second, WITHOUT, at(alpha, 0, 0));
        assertThat(last.sessionId()).isZero();
        assertThat(rows(last)).containsExactly("alpha-0");
        assertThat(fetch(BY_ID, second, 1).error()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void aClientThatComesBackOverAnotherConnectionGoesOn() {
        int session = fetch(BY_ID, 0, OPENING, at(alpha, 0, 0)).sessionId();
        client.close();
        client = node.connect();

        assertThat(fetch(BY_ID, session, 1).sessionId()).isEqualTo(session);
    }

    @Test
    void aTopicThatIsCreatedAgainIsAnotherOneAndTheOldIdIsToldToBeUnknown() {
        int session = fetch(BY_ID, 0, OPENING, at(beta, 0, 0), at(alpha, 0, 0)).sessionId();
        TopicMetadata old = beta;
        KafkaTestNode.await(node.node().controller().deleteTopic(old.id()));
        beta = node.createTopic(old.name(), 1);
        produce("beta");

        FetchResponse unknown = fetch(BY_ID, session, 1);
        assertThat(unknown.data().responses()).singleElement().satisfies(topic -> {
            assertThat(topic.topicId()).isEqualTo(id(old));
            assertThat(topic.partitions().get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
        });
        FetchResponse replaced = call(BY_ID, session, 2, List.of(at(beta, 0, 0)), List.of(forget(old, 0)));
        assertThat(rows(replaced)).containsExactly("beta-0");
    }

    @Test
    void anErrorIsToldEachTimeAndWhatComesAfterItIsNews() {
        int session = fetch(BY_ID, 0, OPENING, at(alpha, 0, 99)).sessionId();
        for (int epoch = 1; epoch <= 2; epoch++) {
            FetchResponse failed = fetch(BY_ID, session, epoch);
            assertThat(failed.data().responses().get(0).partitions().get(0).errorCode())
                    .isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
        }
        assertThat(rows(fetch(BY_ID, session, 3, at(alpha, 0, 0)))).containsExactly("alpha-0");
    }

    @Test
    void partitionsThatHadRecordsGoToTheEndSoThatNoneStarves() {
        for (String topic : List.of(alpha.name(), beta.name())) {
            for (int i = 0; i < 3; i++) {
                client.call(RawRequests.produce(topic, -1, RawRequests.batch(1_000)), ProduceResponse.class);
            }
        }
        int session = fetch(BY_ID, 0, OPENING, at(alpha, 1, 0)).sessionId();
        List<String> served = new ArrayList<>();
        for (int epoch = 1; epoch <= 4; epoch++) {
            FetchRequestData request = request(session, epoch)
                    .setMaxBytes(1_000)
                    .setTopics(epoch == 1 ? List.of(at(alpha, 0, 0), at(beta, 0, 0)) : List.of());
            FetchResponse answer = client.call(new FetchRequest(request, BY_ID), FetchResponse.class);
            answer.data()
                    .responses()
                    .forEach(topic -> topic.partitions().forEach(row -> {
                        if (FetchResponse.recordsSize(row) > 0) {
                            served.add(name(topic.topicId()));
                        }
                    }));
        }

        assertThat(served).containsExactly("alpha", "beta", "alpha", "beta");
    }

    @Test
    void withoutRoomAClientGetsNoSessionAndIsServedAllTheSame(@TempDir Path other) {
        try (KafkaTestNode small = KafkaTestNode.start(
                        other, UnaryOperator.identity(), config -> TestConfigs.withFetchSessions(config, 1));
                RawKafkaClient raw = small.connect()) {
            FetchTopic topic = at(small.createTopic("alpha", 1), 0, 0);
            FetchResponse first = raw.call(
                    new FetchRequest(request(0, OPENING).setTopics(List.of(topic)), BY_ID), FetchResponse.class);
            FetchResponse second = raw.call(
                    new FetchRequest(request(0, OPENING).setTopics(List.of(topic)), BY_ID), FetchResponse.class);

            assertThat(first.sessionId()).isPositive();
            assertThat(second.sessionId()).isZero();
            assertThat(second.data().responses()).hasSize(1);
            FetchResponse next = raw.call(new FetchRequest(request(first.sessionId(), 1), BY_ID), FetchResponse.class);
            assertThat(next.sessionId()).isEqualTo(first.sessionId());
        }
    }

    @Test
    void aFetchOfASessionWaitsUntilThereIsSomethingNew() throws Exception {
        int session = fetch(BY_ID, 0, OPENING, at(alpha, 0, 0), at(beta, 0, 0)).sessionId();
        client.send(new FetchRequest(request(session, 1).setMaxWaitMs(15_000), BY_ID));
        assertThat(client.isSilentFor(150)).isTrue();
        try (RawKafkaClient other = node.connect()) {
            other.call(RawRequests.produce(beta.name(), -1, RawRequests.batch("v")), ProduceResponse.class);
        }

        assertThat(rows(client.receive(FetchResponse.class))).containsExactly("beta-0");
    }

    private void produce(String topic) {
        String name = topic.equals("alpha") ? alpha.name() : beta.name();
        client.call(RawRequests.produce(name, -1, RawRequests.batch("v")), ProduceResponse.class);
    }

    private FetchResponse fetch(short version, int session, int epoch, FetchTopic... topics) {
        return call(version, session, epoch, List.of(topics), List.of());
    }

    private FetchResponse call(
            short version, int session, int epoch, List<FetchTopic> topics, List<ForgottenTopic> forgotten) {
        FetchRequestData request = request(session, epoch).setTopics(topics).setForgottenTopicsData(forgotten);
        return client.call(new FetchRequest(request, version), FetchResponse.class);
    }

    private static FetchRequestData request(int session, int epoch) {
        return new FetchRequestData()
                .setSessionId(session)
                .setSessionEpoch(epoch)
                .setMinBytes(1)
                .setMaxWaitMs(0);
    }

    private static FetchTopic at(TopicMetadata topic, int partition, long offset) {
        return new FetchTopic()
                .setTopic(topic.name())
                .setTopicId(id(topic))
                .setPartitions(List.of(new FetchPartition()
                        .setPartition(partition)
                        .setFetchOffset(offset)
                        .setPartitionMaxBytes(1 << 20)));
    }

    private static ForgottenTopic forget(TopicMetadata topic, int partition) {
        return new ForgottenTopic().setTopic(topic.name()).setTopicId(id(topic)).setPartitions(List.of(partition));
    }

    private List<String> rows(FetchResponse response) {
        List<String> rows = new ArrayList<>();
        response.data()
                .responses()
                .forEach(topic -> topic.partitions().forEach(row -> {
                    String name = topic.topic().isEmpty()
                            ? name(topic.topicId())
                            : Map.of(alpha.name(), "alpha", beta.name(), "beta").get(topic.topic());
                    rows.add(name + "-" + row.partitionIndex());
                }));
        return rows;
    }

    private String name(Uuid id) {
        return Map.of(id(alpha), "alpha", id(beta), "beta").getOrDefault(id, "?");
    }

    private static Uuid id(TopicMetadata topic) {
        return KafkaIds.toKafka(topic.id());
    }
}
