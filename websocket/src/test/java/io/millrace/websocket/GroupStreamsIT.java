package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consumer groups over WebSockets (gateway protocol §7), on one node. */
class GroupStreamsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final HttpClient client = HttpClient.newHttpClient();
    private GatewayNode node;

    @BeforeEach
    void start(@TempDir Path directory) {
        node = GatewayNode.start(
                directory, GatewayLimits.builder().checkpointIntervalMs(100).build());
        node.createTopic("work", 4);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static Set<Integer> partitions(JsonNode message) {
        Set<Integer> partitions = new HashSet<>();
        message.get("partitions")
                .forEach(each -> partitions.add(each.get("partition").asInt()));
        return partitions;
    }

    @Test
    void aMemberIsAssignedPartitionsAndWhatItCommitsIsWhereTheNextOneGoesOn() {
        for (int partition = 0; partition < 4; partition++) {
            node.appendNumbers("work", partition, 0, 10);
        }
        try (TestMessages first = TestMessages.json(client, node)) {
            JsonNode subscribed =
                    first.subscribe(5, "'topics':['work'],'group':'g','commit':'manual','from':'earliest'");
            assertThat(subscribed.get("partitions")).isEmpty();
            JsonNode assigned = first.skipTo("assigned");
            while (partitions(assigned).size() < 4) {
                assigned = first.skipTo("assigned");
            }
            assertThat(assigned.get("sid").asInt()).isEqualTo(5);
            assertThat(assigned.at("/partitions/0").has("offset")).isFalse();
            first.records(40);
            first.send("{'type':'commit','sid':5,'id':'c','offsets':[{'topic':'work','partition':0,'offset':7},"
                    + "{'topic':'work','partition':3,'offset':10}]}");
            assertThat(first.skipTo("committed").get("id").asText()).isEqualTo("c");
            assertThat(node.committed("g")).isEqualTo(Map.of(0, 7L, 3, 10L));
            first.send("{'type':'commit','sid':5,'id':'d','offsets':[{'topic':'work','partition':9,'offset':7}]}");
            assertThat(first.skipTo("error").get("error").asText()).isEqualTo("ILLEGAL_GENERATION");
            first.send("{'type':'unsubscribe','sid':5,'id':'u'}");
            first.skipTo("unsubscribed");
            JsonNode again = first.subscribe(6, "'topics':['work'],'group':'g','commit':'manual','from':'latest'");
            assertThat(again.get("sid").asInt()).isEqualTo(6);
            List<JsonNode> rest = first.records(3);
            rest.forEach(record -> assertThat(record.get("offset").asLong()).isBetween(7L, 9L));
        }
    }

    @Test
    void withAutoCommitWhatTheClientHasReceivedIsCommitted() {
        try (TestMessages messages = TestMessages.json(client, node)) {
            messages.subscribe(1, "'topics':['work'],'group':'auto','from':'earliest'");
            messages.skipTo("assigned");
            for (int partition = 0; partition < 4; partition++) {
                node.appendNumbers("work", partition, 0, 5);
            }
            messages.records(20);
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(node.committed("auto")).isEqualTo(Map.of(0, 5L, 1, 5L, 2, 5L, 3, 5L)));
        }
        TestSocket plain = TestSocket.open(client, node.ws("/topics/work/stream?group=auto"));
        await().atMost(PATIENCE).untilAsserted(() -> {
            node.appendNumbers("work", 2, 5, 6);
            assertThat(plain.waiting()).isPositive();
        });
        assertThat(plain.nextJson().get("offset").asLong()).isGreaterThanOrEqualTo(5);
    }

    @Test
    void aSecondMemberTakesHalfAndNothingIsLostOnTheWay() {
        TestMessages first = TestMessages.json(client, node);
        first.subscribe(1, "'topics':['work'],'group':'two','from':'earliest'");
        JsonNode all = first.skipTo("assigned");
        while (partitions(all).size() < 4) {
            all = first.skipTo("assigned");
        }
        for (int partition = 0; partition < 4; partition++) {
            node.appendNumbers("work", partition, 0, 100);
        }
        Map<String, Integer> seen = new HashMap<>();
        first.records(400).forEach(record -> seen.merge(record.toString(), 1, Integer::sum));
        try (TestMessages second = TestMessages.json(client, node)) {
            second.subscribe(1, "'topics':['work'],'group':'two','from':'earliest'");
            JsonNode revoked = first.skipTo("revoked");
            assertThat(partitions(revoked)).hasSize(2);
            assertThat(revoked.get("deadline_ms").asLong()).isPositive();
            List<Integer> got = new ArrayList<>();
            while (got.size() < 2) {
                second.skipTo("assigned").get("partitions").forEach(each -> {
                    got.add(each.get("partition").asInt());
                    // Committed by the pong behind the last record.
                    assertThat(each.get("offset").asLong()).isEqualTo(100);
                });
            }
            assertThat(new HashSet<>(got)).isEqualTo(partitions(revoked));
            for (int partition = 0; partition < 4; partition++) {
                node.appendNumbers("work", partition, 100, 110);
            }
            assertThat(first.records(20)).hasSize(20);
            assertThat(second.records(20)).hasSize(20);
            // It vanishes: the others get what it had.
            first.abort();
            JsonNode more = second.skipTo("assigned");
            assertThat(partitions(more)).doesNotContainAnyElementsOf(got);
        }
    }

    @Test
    void whatIsAssignedAndRevokedHasTheGenerationOfTheGroup() {
        try (TestMessages first = TestMessages.json(client, node);
                TestMessages second = TestMessages.json(client, node)) {
            first.subscribe(1, "'topics':['work'],'group':'gen','commit':'manual','from':'earliest'");
            int alone = allAssigned(first).get("generation").asInt();
            assertThat(alone).isPositive().isEqualTo(node.generation("gen"));

            second.subscribe(1, "'topics':['work'],'group':'gen','commit':'manual','from':'earliest'");
            JsonNode revoked = first.skipTo("revoked");
            assertThat(revoked.get("generation").asInt())
                    .as("the one that ends")
                    .isEqualTo(alone);
            assertThat(revoked.has("error")).isFalse();
            first.send("{'type':'commit','sid':1,'id':'done','offsets':[]}");
            JsonNode given = second.skipTo(message -> message.path("partitions").size() > 0);
            assertThat(given.get("type").asText()).isEqualTo("assigned");
            assertThat(given.get("generation").asInt())
                    .isGreaterThan(alone)
                    .isLessThanOrEqualTo(node.generation("gen"));
        }
    }

    @Test
    void aMemberThatTheGroupHasThrownOutIsToldSoAndGoesOnInANewGeneration() {
        for (int partition = 0; partition < 4; partition++) {
            node.appendNumbers("work", partition, 0, 5);
        }
        try (TestMessages member = TestMessages.json(client, node)) {
            member.subscribe(1, "'topics':['work'],'group':'out','commit':'manual','from':'earliest'");
            int before = allAssigned(member).get("generation").asInt();
            member.records(20);

            node.throwOut("out");
            JsonNode revoked = member.skipTo("revoked");
            assertThat(revoked.get("sid").asInt()).isEqualTo(1);
            assertThat(revoked.get("error").asText()).isEqualTo("UNKNOWN_MEMBER_ID");
            assertThat(revoked.get("deadline_ms").asLong()).isZero();
            assertThat(revoked.get("generation").asInt()).isEqualTo(before);
            assertThat(partitions(revoked)).containsExactlyInAnyOrder(0, 1, 2, 3);
            // Nothing was committed, so a new life of the member begins with the same records.
            JsonNode again = allAssigned(member);
            assertThat(again.get("generation").asInt()).isGreaterThan(before);
            assertThat(again.at("/partitions/0").has("offset")).isFalse();
            member.records(20);
            member.send("{'type':'commit','sid':1,'id':'c','offsets':[{'topic':'work','partition':2,'offset':5}]}");
            member.skipTo("committed");
            assertThat(node.committed("out")).isEqualTo(Map.of(2, 5L));
        }
    }

    /** The message that assigns all four partitions; a member that is alone may be told of none before. */
    private static JsonNode allAssigned(TestMessages member) {
        return member.skipTo(message -> message.path("type").asText().equals("assigned")
                && partitions(message).size() == 4);
    }

    @Test
    void withManualCommitAnEmptyCommitGivesBackWhatWasRevokedAtOnce() {
        try (TestMessages first = TestMessages.json(client, node);
                TestMessages second = TestMessages.json(client, node)) {
            first.subscribe(1, "'topics':['work'],'group':'m','commit':'manual','from':'earliest'");
            JsonNode all = first.skipTo("assigned");
            while (partitions(all).size() < 4) {
                all = first.skipTo("assigned");
            }
            second.subscribe(1, "'topics':['work'],'group':'m','commit':'manual','from':'earliest'");
            JsonNode revoked = first.skipTo("revoked");
            first.send("{'type':'commit','sid':1,'id':'done','offsets':[]}");
            first.skipTo("committed");
            Set<Integer> got = new HashSet<>();
            while (got.size() < 2) {
                got.addAll(partitions(second.skipTo("assigned")));
            }
            assertThat(got).isEqualTo(partitions(revoked));
        }
    }

    @Test
    void aMemberWhoseInstanceIdIsTakenOverIsClosedWith4409() {
        TestMessages first = TestMessages.json(client, node);
        first.subscribe(1, "'topics':['work'],'group':'s','instance':'i-1','from':'earliest'");
        first.skipTo("assigned");
        try (TestMessages second = TestMessages.json(client, node)) {
            second.subscribe(1, "'topics':['work'],'group':'s','instance':'i-1','from':'earliest'");
            assertThat(first.closeCode()).isEqualTo(4409);
            assertThat(first.closeReason()).startsWith("FENCED_INSTANCE_ID: ");
            Set<Integer> got = new HashSet<>();
            while (got.size() < 4) {
                got.addAll(partitions(second.skipTo("assigned")));
            }
        }
    }
}
