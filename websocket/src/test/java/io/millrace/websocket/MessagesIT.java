package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code millrace.v1.json}: subscriptions by message. */
class MessagesIT {

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeEach
    void start(@TempDir Path directory) {
        node = GatewayNode.start(
                directory,
                GatewayLimits.builder()
                        .subscriptionsPerConnectionMax(3)
                        .messageBytesMax(4096)
                        .heartbeatMs(100, 25_000, 60_000)
                        .build());
        node.createTopic("readings", 1);
        node.createTopic("alarms", 1);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void aClientIsWelcomedAndSubscribesToSeveralTopicsOnOneConnection() {
        node.append("readings", "1", "2");
        try (TestMessages messages = TestMessages.json(client, node)) {
            JsonNode subscribed = messages.subscribe(7, "'topics':['readings'],'from':'earliest'");
            assertThat(subscribed.get("recovered").asBoolean()).isTrue();
            assertThat(subscribed.at("/partitions/0/position").asLong()).isZero();
            assertThat(subscribed.at("/partitions/0/end").asLong()).isEqualTo(2);
            JsonNode records = messages.next("records");
            assertThat(records.get("sid").asInt()).isEqualTo(7);
            assertThat(records.get("topic").asText()).isEqualTo("readings");
            assertThat(records.get("next").asLong()).isEqualTo(2);
            assertThat(records.get("records")).hasSize(2);
            assertThat(records.at("/records/0/value").asInt()).isEqualTo(1);
            assertThat(records.at("/records/0").has("topic")).isFalse();
            assertThat(messages.next("caught_up").get("sid").asInt()).isEqualTo(7);

            messages.subscribe(8, "'topics':['alarms','readings'],'from':'latest'");
            messages.next("caught_up");
            node.append("alarms", "\"fire\"");
            JsonNode alarm = messages.next("records");
            assertThat(alarm.get("sid").asInt()).isEqualTo(8);
            assertThat(alarm.get("topic").asText()).isEqualTo("alarms");
            node.append("readings", "3");
            List<Integer> sids = List.of(
                    messages.next("records").get("sid").asInt(),
                    messages.next("records").get("sid").asInt());
            assertThat(sids).containsExactlyInAnyOrder(7, 8);
        }
    }

    @Test
    void afterUnsubscribedNothingMoreComesAndTheNumberIsFree() {
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.subscribe(1, "'topics':['readings']");
            messages.next("caught_up");
            messages.send("{'type':'unsubscribe','sid':1,'id':'u'}");
            messages.next("checkpoint");
            assertThat(messages.next("unsubscribed").get("id").asText()).isEqualTo("u");
            node.append("readings", "1");
            messages.send("{'type':'ping','id':'p'}");
            assertThat(messages.next("pong").get("id").asText()).isEqualTo("p");
            messages.subscribe(1, "'topics':['readings'],'from':'last:1'");
            assertThat(messages.records(1).get(0).get("value").asInt()).isEqualTo(1);
        }
    }

    @Test
    void withCreditsNoMoreIsSentThanTheClientAllows() {
        node.appendNumbers("readings", 0, 0, 100);
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.subscribe(1, "'topics':['readings'],'from':'earliest','credit':10");
            assertThat(values(messages.records(10))).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            await().during(Duration.ofMillis(300)).until(() -> messages.waiting() == 0);
            messages.send("{'type':'credit','sid':1,'records':85}");
            assertThat(messages.records(85)).hasSize(85);
            await().during(Duration.ofMillis(300)).until(() -> messages.waiting() == 0);
            messages.send("{'type':'credit','sid':1,'records':1000}");
            assertThat(values(messages.records(5))).containsExactly(95, 96, 97, 98, 99);
            messages.next("caught_up");
            // Live, too: the credit goes on where history used it.
            node.appendNumbers("readings", 0, 100, 1_500);
            List<JsonNode> live = messages.records(995);
            assertThat(live).hasSize(995);
            assertThat(live.get(994).get("value").asInt()).isEqualTo(1_094);
            await().during(Duration.ofMillis(300)).until(() -> messages.waiting() == 0);
            messages.send("{'type':'credit','sid':1,'records':405}");
            assertThat(messages.records(405).get(404).get("value").asInt()).isEqualTo(1_499);
        }
    }

    @Test
    void aSubscriptionSeeksBackAndForth() {
        node.appendNumbers("readings", 0, 0, 100);
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.subscribe(1, "'topics':['readings']");
            messages.next("caught_up");
            messages.send("{'type':'seek','sid':1,'id':'k1','from':'last:3'}");
            JsonNode sought = messages.next("sought");
            assertThat(sought.get("id").asText()).isEqualTo("k1");
            assertThat(sought.at("/positions/0/offset").asLong()).isEqualTo(97);
            assertThat(values(messages.records(3))).containsExactly(97, 98, 99);
            messages.send("{'type':'seek','sid':1,'id':'k2','from':'0:50'}");
            messages.skipTo("sought");
            assertThat(values(messages.records(50)).get(0)).isEqualTo(50);
            messages.send("{'type':'seek','sid':1,'id':'k3','from':'latest'}");
            messages.skipTo("sought");
            node.append("readings", "\"new\"");
            assertThat(messages.records(1).get(0).get("value").asText()).isEqualTo("new");
        }
    }

    @Test
    void aCheckpointOnRequestResumesExactlyThere() {
        node.appendNumbers("readings", 0, 0, 10);
        String token;
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.subscribe(1, "'topics':['readings'],'from':'earliest'");
            messages.records(10);
            messages.next("caught_up");
            messages.send("{'type':'checkpoint','sid':1,'id':'c'}");
            JsonNode checkpoint = messages.next("checkpoint");
            assertThat(checkpoint.get("id").asText()).isEqualTo("c");
            assertThat(checkpoint.get("lag").asLong()).isZero();
            token = checkpoint.get("resume").asText();
        }
        node.appendNumbers("readings", 0, 10, 13);
        try (TestMessages messages = TestMessages.json(client, node)) {
            JsonNode subscribed = messages.subscribe(1, "'topics':['readings'],'resume':'" + token + "'");
            assertThat(subscribed.get("recovered").asBoolean()).isTrue();
            assertThat(values(messages.records(3))).containsExactly(10, 11, 12);
        }
    }

    @Test
    void aPatternFollowsTopicsThatAreCreatedLaterFromTheirFirstRecord() {
        node.createTopic("plant-1", 1);
        try (TestMessages messages = TestMessages.json(client, node)) {
            JsonNode subscribed = messages.subscribe(1, "'topic_pattern':'^plant-.*'");
            assertThat(subscribed.get("partitions")).hasSize(1);
            messages.next("caught_up");
            node.createTopic("plant-2", 2);
            node.append("plant-2", "\"first\"");
            JsonNode records = messages.skipTo("records");
            assertThat(records.get("topic").asText()).isEqualTo("plant-2");
            assertThat(records.at("/records/0/value").asText()).isEqualTo("first");
            node.createTopic("office", 1);
            node.append("office", "1");
            node.append("plant-1", "2");
            assertThat(messages.skipTo("records").get("topic").asText()).isEqualTo("plant-1");
        }
    }

    @Test
    void aTopicThatIsDeletedEndsItsSubscriptionAndNotTheOthers() {
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.subscribe(1, "'topics':['readings']");
            messages.next("caught_up");
            messages.subscribe(2, "'topics':['alarms']");
            messages.next("caught_up");
            node.deleteTopic("alarms");
            messages.next("checkpoint");
            JsonNode error = messages.next("error");
            assertThat(error.get("sid").asInt()).isEqualTo(2);
            assertThat(error.get("error").asText()).isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");
            node.append("readings", "1");
            assertThat(messages.next("records").get("sid").asInt()).isEqualTo(1);
        }
    }

    @Test
    void aLimitEndsASubscriptionAndNotTheConnection() {
        node.appendNumbers("readings", 0, 0, 10);
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.subscribe(1, "'topics':['readings'],'from':'earliest','limit':4");
            assertThat(messages.records(4)).hasSize(4);
            messages.next("checkpoint");
            messages.next("unsubscribed");
            messages.subscribe(1, "'topics':['readings'],'from':'earliest','until':'latest'");
            assertThat(messages.records(10)).hasSize(10);
            messages.next("caught_up");
            messages.next("checkpoint");
            messages.next("unsubscribed");
            assertThat(messages.isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type':'subscribe','id':'x','topics':['readings']} | sid: ",
                "{'type':'subscribe','id':'x','sid':70000,'topics':['readings']} | sid: ",
                "{'type':'subscribe','id':'x','sid':1} | topics: ",
                "{'type':'subscribe','id':'x','sid':1,'topics':['readings'],'form':1} | form: ",
                "{'type':'subscribe','id':'x','sid':1,'topics':['readngs']} | no topic",
                "{'type':'subscribe','id':'x','sid':1,'topics':['readings'],'batch':5} | batch: ",
                "{'type':'subscribe','id':'x','sid':1,'topics':['readings'],'where':'value.'} | where: ",
                "{'type':'subscribe','id':'x','sid':1,'topics':['readings'],'from':5.5} | from: ",
                "{'type':'subscribe','id':'x','sid':1,'topics':[{'a':1}]} | topics: ",
                "{'type':'subscribe','id':'x','sid':1,'topics':['readings'],'heartbeat':'5s'} | heartbeat: ",
                "{'type':'subscribe','id':'x','sid':1,'topics':['readings'],'control':1} | control: ",
                "{'type':'unsubscribe','id':'x','sid':9} | sid: ",
                "{'type':'credit','id':'x','sid':9,'records':-1} | records: ",
                "{'type':'seek','id':'x','sid':9,'from':'latest'} | sid: ",
                "{'type':'seek','id':'x','sid':9} | from: ",
                "{'type':'checkpoint','id':'x','sid':9} | sid: ",
                "{'type':'commit','id':'x','sid':9,'offsets':[{'topic':'a'}]} | offsets: ",
                "{'type':'produce','id':'x','topic':'readings','records':[]} | records: ",
                "{'type':'subscribe','sid':-1,'id':'x','topics':['readings']} | sid: ",
                "{'type':'produce','topic':'readings','records':[{'key':'a'}],'id':'x'} | records: a record has no value",
                "{'type':'ping','a':1,'a':2,'id':'x'} | a: is given twice",
                "{'type':'dance','id':'x'} | type: ",
                "{'id':'x'} | type: "
            })
    void aRequestThatCannotBeDoneIsAnErrorWithItsIdAndTheConnectionStays(String request, String message) {
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.send(request);
            JsonNode error = messages.next("error");
            assertThat(error.get("id").asText()).isEqualTo("x");
            assertThat(error.get("message").asText()).startsWith(message);
            messages.subscribe(1, "'topics':['readings'],'from':'latest'");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"hello | 4400", "[1,2] | 4400", "{'type':'ping' | 4400", "{'type':'ping'}{} | 4400", "'' | 4400"})
    void whatIsNoMessageAtAllEndsTheConnection(String text, int closeCode) {
        TestMessages messages = TestMessages.json(client, node);
        messages.send(text);
        assertThat(messages.next("error").get("error").asText()).isEqualTo("INVALID_REQUEST");
        assertThat(messages.closeCode()).isEqualTo(closeCode);
    }

    @Test
    void anIdHasSixtyFourBytesAtMost() {
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.send("{'type':'ping','id':'" + "\u00e9".repeat(32) + "'}");
            assertThat(messages.next("pong").get("id").asText()).hasSize(32);
            messages.send("{'type':'ping','id':'" + "\u00e9".repeat(32) + "x'}");
            JsonNode error = messages.next("error");
            assertThat(error.get("message").asText()).startsWith("id: ").contains("64");
            assertThat(error.has("id")).isFalse();
        }
    }

    @Test
    void aMessageThatIsTooLongEndsTheConnectionWith1009() {
        TestMessages messages = TestMessages.json(client, node);
        messages.send("{'type':'ping','id':'" + "x".repeat(5_000) + "'}");
        assertThat(messages.closeCode()).isEqualTo(1009);
    }

    @Test
    void aConnectionHasALargestNumberOfSubscriptionsAndGoesOnWhenItIsReached() {
        try (TestMessages messages = TestMessages.json(client, node)) {
            for (int sid = 0; sid < 3; sid++) {
                messages.subscribe(sid, "'topics':['readings']");
                messages.next("caught_up");
            }
            for (int sid = 3; sid < 10_000; sid++) {
                messages.send("{'type':'subscribe','sid':" + sid + ",'topics':['readings']}");
            }
            for (int sid = 3; sid < 10_000; sid++) {
                JsonNode error = messages.next("error");
                assertThat(error.get("error").asText()).isEqualTo("THROTTLING_QUOTA_EXCEEDED");
                assertThat(error.get("sid").asInt()).isEqualTo(sid);
            }
            node.append("readings", "1");
            assertThat(messages.next("records").get("records")).hasSize(1);
        }
    }

    @Test
    void recordsAreStoredByMessageAndOnceUnderOneIdempotencyKey() {
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.subscribe(1, "'topics':['readings']");
            messages.next("caught_up");
            String produce = "{'type':'produce','id':'w','topic':'readings','idempotency_key':'k-1','records':["
                    + "{'key':'dev-7','value':{'t':21.50,'n':1e3},'timestamp':1732100001123,"
                    + "'headers':[{'name':'fw','value':'1.9'}]},{'value':-12.0},{'value':null},{'value_base64':'/w=='}]}";
            messages.send(produce);
            JsonNode produced = messages.skipTo("produced");
            assertThat(produced.get("id").asText()).isEqualTo("w");
            assertThat(produced.get("offsets")).hasSize(4);
            assertThat(produced.at("/offsets/3/offset").asLong()).isEqualTo(3);
            messages.send(produce);
            JsonNode again = messages.skipTo("produced");
            assertThat(again.get("replayed").asBoolean()).isTrue();
            assertThat(again.get("offsets")).isEqualTo(produced.get("offsets"));
            messages.send("{'type':'seek','sid':1,'from':'earliest'}");
            messages.skipTo("sought");
            List<JsonNode> records = messages.records(4);
            assertThat(records.get(0).get("key").asText()).isEqualTo("dev-7");
            assertThat(records.get(0).get("timestamp").asLong()).isEqualTo(1_732_100_001_123L);
            assertThat(records.get(0).get("value").toString()).isEqualTo("{\"t\":21.5,\"n\":1000.0}");
            assertThat(records.get(0).at("/headers/0/value").asText()).isEqualTo("1.9");
            assertThat(records.get(1).get("value").asDouble()).isEqualTo(-12.0);
            assertThat(records.get(2).get("value").isNull()).isTrue();
            assertThat(records.get(3).get("value_base64").asText()).isEqualTo("/w==");
            messages.send("{'type':'produce','id':'x','topic':'readings','records':[{'value':1,'partition':7}]}");
            assertThat(messages.skipTo("error").get("error").asText()).isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");
        }
    }

    @Test
    void aThousandWritesOnOneConnectionKeepTheirOrder() {
        try (TestMessages messages = TestMessages.json(client, node)) {
            for (int i = 0; i < 1_000; i++) {
                messages.send("{'type':'produce','id':'" + i + "','topic':'readings','records':[{'value':" + i + "}]}");
            }
            for (int i = 0; i < 1_000; i++) {
                messages.next("produced");
            }
            messages.subscribe(1, "'topics':['readings'],'from':'earliest'");
            List<Integer> values = values(messages.records(1_000));
            for (int i = 0; i < 1_000; i++) {
                assertThat(values.get(i)).isEqualTo(i);
            }
        }
    }

    @Test
    void whenNothingHappensTheClientHearsHeartbeats() {
        try (TestMessages messages =
                TestMessages.open(client, node, "/topics/readings/stream?heartbeat=100ms", "millrace.v1.json")) {
            assertThat(messages.next("welcome").get("heartbeat_ms").asLong()).isEqualTo(100);
            assertThat(messages.next("subscribed").get("sid").asInt()).isZero();
            assertThat(messages.skipTo("heartbeat").get("time").asLong()).isPositive();
        }
    }

    @Test
    void aDrainTellsTheTokenOfEachSubscription() {
        node.appendNumbers("readings", 0, 0, 5);
        TestMessages messages = TestMessages.json(client, node);
        messages.subscribe(3, "'topics':['readings'],'from':'earliest'");
        messages.records(5);
        messages.next("caught_up");
        node.gateway().drain();
        JsonNode drain = messages.skipTo("drain");
        assertThat(drain.at("/resume/3").asText()).isNotEmpty();
        messages.abort();
    }

    private static List<Integer> values(List<JsonNode> records) {
        List<Integer> values = new ArrayList<>();
        records.forEach(record -> values.add(record.get("value").asInt()));
        return values;
    }
}
