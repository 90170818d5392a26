package io.millrace.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cluster.record.RecordHeader;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /stream} without a subprotocol, and the forms of plain streams. */
class SeveralTopicsIT {

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeEach
    void start(@TempDir Path directory) {
        node = GatewayNode.start(directory);
        node.createTopic("a", 2);
        node.createTopic("b", 1);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void recordsOfSeveralTopicsComeInOneStreamAndATokenHoldsAllTheirPositions() throws Exception {
        node.appendNumbers("a", 0, 0, 3);
        node.appendNumbers("a", 1, 10, 12);
        node.appendNumbers("b", 0, 100, 101);
        String token;
        try (TestStream stream = TestStream.sse(client, node.http("/stream?topic=a&topic=b&from=earliest"))) {
            Map<String, List<Integer>> seen = new HashMap<>();
            TestStream.Event event = stream.event();
            for (int records = 0; records < 6; event = stream.event()) {
                if (event.type().equals("message")) {
                    add(seen, event.json());
                    records++;
                }
            }
            assertThat(seen)
                    .containsEntry("a-0", List.of(0, 1, 2))
                    .containsEntry("a-1", List.of(10, 11))
                    .containsEntry("b-0", List.of(100));
            while (!event.type().equals("caught_up")) {
                event = stream.event();
            }
            token = event.id();
        }
        node.appendNumbers("b", 0, 101, 102);
        node.appendNumbers("a", 1, 12, 13);
        TestSocket resumed =
                TestSocket.open(client, node.ws("/stream?topic=b&topic=a&resume=" + token + "&until=latest"));
        Map<String, List<Integer>> seen = new HashMap<>();
        resumed.nextJson(2).forEach(record -> add(seen, record));
        assertThat(seen).isEqualTo(Map.of("b-0", List.of(101), "a-1", List.of(12)));
        assertThat(resumed.closeCode()).isEqualTo(1000);
    }

    @Test
    void aTopicThatWasMadeAgainIsAGapOfThatTopicOnly() {
        node.appendNumbers("a", 0, 0, 3);
        node.appendNumbers("b", 0, 0, 3);
        TestSocket first = TestSocket.open(client, node.ws("/stream?topic=a&topic=b&from=earliest&control=1"));
        String token = null;
        int records = 0;
        while (token == null) {
            JsonNode message = first.nextJson();
            if (!message.has("type")) {
                records++;
            } else if (records == 6 && message.get("type").asText().equals("checkpoint")) {
                token = message.get("resume").asText();
            }
        }
        first.close();
        node.deleteTopic("b");
        node.createTopic("b", 1);
        node.append("b", "7");
        TestSocket resumed = TestSocket.open(client, node.ws("/stream?topic=a&topic=b&until=latest&resume=" + token));
        JsonNode record = resumed.nextJson();
        assertThat(record.get("topic").asText()).isEqualTo("b");
        assertThat(record.at("/gap/reason").asText()).isEqualTo("topic_recreated");
        assertThat(resumed.closeCode()).isEqualTo(1000);
        assertThat(resumed.waiting()).isZero();
    }

    @Test
    void aTokenOfAnotherTopicIsRefusedOnEveryTransport() {
        node.createTopic("state", 1, Map.of("cleanup.policy", "compact"));
        String token = token("/topics/b/stream?until=latest");
        String own = "http://127.0.0.1:" + node.port();
        for (String path : List.of(
                "/topics/a/stream?until=latest",
                "/stream?topic=a&topic=state",
                "/topics/state/stream?view=table",
                "/stream?topic_pattern=%5Ea")) {
            String uri = path + "&resume=" + token;
            try (TestStream refused = TestStream.ndjson(client, node.http(uri))) {
                assertThat(refused.status()).as(path).isEqualTo(400);
                assertThat(refused.json().get("message").asText()).startsWith("resume: ");
            }
            assertThat(TestSocket.open(client, node.ws(uri), "Origin", own).closeCode())
                    .as(path)
                    .isEqualTo(4400);
        }
        try (TestStream refused = TestStream.sse(client, node.http("/topics/a/stream"), "Last-Event-ID", token)) {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().get("message").asText()).startsWith("Last-Event-ID: ");
        }
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.send("{'type':'subscribe','sid':1,'id':'s','topics':['a'],'resume':'" + token + "'}");
            JsonNode error = messages.next("error");
            assertThat(error.get("id").asText()).isEqualTo("s");
            assertThat(error.get("message").asText()).startsWith("resume: ");
            // A topic that was added to those of the token begins at from.
            messages.subscribe(1, "'topics':['a','b'],'resume':'" + token + "'");
        }
    }

    @Test
    void aPatternGoesOnWithoutTheTopicsOfItsTokenThatWereDeletedAndSaysSo() {
        String pattern = "/stream?topic_pattern=%5Eplant";
        node.createTopic("plant-1", 1);
        String token = token(pattern);
        node.deleteTopic("plant-1");
        node.createTopic("plant-2", 1);
        node.append("plant-2", "1");
        try (TestStream stream = TestStream.sse(client, node.http(pattern), "Last-Event-ID", token)) {
            assertThat(stream.event().type()).isEqualTo("checkpoint");
            TestStream.Event error = stream.event();
            assertThat(error.type()).isEqualTo("error");
            assertThat(error.json().get("error").asText()).isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");
            assertThat(stream.record().json().get("topic").asText()).isEqualTo("plant-2");
        }
        try (TestMessages messages = TestMessages.json(client, node)) {
            JsonNode subscribed = messages.subscribe(1, "'topic_pattern':'^plant','resume':'" + token + "'");
            assertThat(subscribed.get("recovered").asBoolean()).isFalse();
            assertThat(messages.next("error").get("ended").asBoolean()).isFalse();
            assertThat(messages.records(1)).hasSize(1);
        }
    }

    @Test
    void aTokenFromBeforeThereWasATopicIsOfNoOtherTopic() {
        String pattern = "/stream?topic_pattern=%5Eplant";
        String token = token(pattern);
        node.createTopic("plant-1", 1);
        node.append("plant-1", "1");
        try (TestStream stream = TestStream.sse(client, node.http(pattern), "Last-Event-ID", token)) {
            assertThat(stream.record().json().get("value").asInt()).isEqualTo(1);
        }
        String named = "/topics/plant-1/stream?from=earliest&resume=" + token;
        try (TestStream stream = TestStream.sse(client, node.http(named))) {
            assertThat(stream.record().json().get("value").asInt()).isEqualTo(1);
        }
    }

    private String token(String pathAndQuery) {
        try (TestStream stream = TestStream.sse(client, node.http(pathAndQuery))) {
            return stream.event().id();
        }
    }

    @Test
    void positionsNameTheirTopics() {
        node.appendNumbers("a", 1, 0, 5);
        node.appendNumbers("b", 0, 0, 5);
        TestSocket socket = TestSocket.open(client, node.ws("/stream?topic=a&topic=b&from=a:1:3,b:0:4&until=latest"));
        Map<String, List<Integer>> seen = new HashMap<>();
        socket.nextJson(3).forEach(record -> add(seen, record));
        assertThat(seen).isEqualTo(Map.of("a-1", List.of(3, 4), "b-0", List.of(4)));
    }

    @Test
    void partitionsThatAreAddedAreFollowedFromTheirFirstRecord() {
        TestSocket socket = TestSocket.open(client, node.ws("/topics/b/stream"));
        node.addPartitions("b", 3);
        node.appendNumbers("b", 2, 5, 6);
        assertThat(socket.nextJson().get("value").asInt()).isEqualTo(5);
    }

    @Test
    void aPatternThatComesToFindMoreThanASubscriptionCanHaveEndsWithTheLimit(@TempDir Path other) {
        try (GatewayNode small = GatewayNode.start(
                other, GatewayLimits.builder().partitionsMax(3).build())) {
            small.createTopic("plant-1", 2);
            TestSocket socket = TestSocket.open(client, small.ws("/stream?topic_pattern=%5Eplant"));
            small.createTopic("plant-2", 1);
            small.append("plant-2", "1");
            assertThat(socket.nextJson().get("topic").asText()).isEqualTo("plant-2");
            small.createTopic("plant-3", 1);
            assertThat(socket.closeCode()).isEqualTo(4400);
            assertThat(socket.closeReason()).startsWith("INVALID_REQUEST: partition: a subscription can follow 3");
        }
    }

    @Test
    void whenOneOfSeveralTopicsIsDeletedTheOthersGoOn() {
        TestSocket socket = TestSocket.open(client, node.ws("/stream?topic=a&topic=b&control=1"));
        node.deleteTopic("b");
        JsonNode message = socket.nextJson();
        while (!message.get("type").asText().equals("error")) {
            message = socket.nextJson();
        }
        assertThat(message.get("error").asText()).isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");
        node.appendNumbers("a", 0, 9, 10);
        assertThat(socket.nextJson().get("value").asInt()).isEqualTo(9);
    }

    @Test
    void anErrorThatAnswersNothingSaysWhetherItsSubscriptionHasEnded() {
        node.createTopic("going", 1);
        node.createTopic("staying", 1);
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.subscribe(1, "'topics':['going','staying']");
            messages.next("caught_up");
            messages.send("{'type':'seek','sid':1,'from':'nowhere'}");
            assertThat(messages.next("error").get("ended").asBoolean()).isFalse();
            messages.send("{'type':'seek','sid':1,'id':'k','from':'nowhere'}");
            assertThat(messages.next("error").has("ended")).isFalse();
            node.deleteTopic("going");
            assertThat(messages.skipTo("error").get("ended").asBoolean()).isFalse();
            node.appendNumbers("staying", 0, 0, 1);
            messages.skipTo("records");
            node.deleteTopic("staying");
            assertThat(messages.skipTo("error").get("ended").asBoolean()).isTrue();
            node.createTopic("staying", 1);
            messages.subscribe(1, "'topics':['staying']");
        }
    }

    @Test
    void withBatchEveryMessageIsAnArrayOfUpToSoManyRecords() {
        node.appendNumbers("b", 0, 0, 25);
        TestSocket socket = TestSocket.open(client, node.ws("/topics/b/stream?from=earliest&batch=10&until=latest"));
        List<Integer> values = new ArrayList<>();
        while (values.size() < 25) {
            JsonNode array = socket.nextJson();
            assertThat(array.isArray()).isTrue();
            assertThat(array.size()).isBetween(1, 10);
            array.forEach(record -> values.add(record.get("value").asInt()));
        }
        assertThat(values).hasSize(25).isSorted();
        assertThat(socket.closeCode()).isEqualTo(1000);
    }

    @Test
    void aRecordThatHoldsACloudEventIsThatEventAgainAndAnyOtherBecomesOne() {
        node.append(
                "b",
                0,
                List.of(
                        GatewayNode.record(
                                1_700_000_000_000L,
                                "k".getBytes(UTF_8),
                                "{\"t\":1}".getBytes(UTF_8),
                                header("ce_specversion", "1.0"),
                                header("ce_id", "A-1"),
                                header("ce_source", "/devices/7"),
                                header("ce_type", "reading"),
                                header("ce_site", "north"),
                                header("content-type", "application/json")),
                        GatewayNode.record(1_700_000_000_000L, "k".getBytes(UTF_8), new byte[] {(byte) 0xff})));
        try (TestMessages events =
                TestMessages.open(client, node, "/topics/b/stream?from=earliest", "cloudevents.json")) {
            JsonNode event = events.next();
            assertThat(event.get("specversion").asText()).isEqualTo("1.0");
            assertThat(event.get("id").asText()).isEqualTo("A-1");
            assertThat(event.get("source").asText()).isEqualTo("/devices/7");
            assertThat(event.get("type").asText()).isEqualTo("reading");
            assertThat(event.get("site").asText()).isEqualTo("north");
            assertThat(event.get("datacontenttype").asText()).isEqualTo("application/json");
            assertThat(event.at("/data/t").asInt()).isEqualTo(1);
            JsonNode made = events.next();
            assertThat(made.get("id").asText()).isEqualTo("0-1");
            assertThat(made.get("source").asText()).isEqualTo("/topics/b");
            assertThat(made.get("type").asText()).isEqualTo("millrace.record");
            assertThat(made.get("time").asText()).isEqualTo("2023-11-14T22:13:20Z");
            assertThat(made.get("partitionkey").asText()).isEqualTo("k");
            assertThat(made.get("data_base64").asText()).isEqualTo("/w==");
        }
    }

    private static RecordHeader header(String name, String value) {
        return new RecordHeader(name, value.getBytes(UTF_8));
    }

    private static void add(Map<String, List<Integer>> seen, JsonNode record) {
        seen.computeIfAbsent(
                        record.get("topic").asText() + "-"
                                + record.get("partition").asInt(),
                        k -> new ArrayList<>())
                .add(record.get("value").asInt());
    }
}
