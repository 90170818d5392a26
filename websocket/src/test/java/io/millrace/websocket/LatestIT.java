package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateway protocol §13, 1. */
class LatestIT {

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void fromLatestSendsNothingOldAlsoForANewGroupAndAfterARestart(@TempDir Path directory) {
        try (GatewayNode node = GatewayNode.start(directory)) {
            node.createTopic("readings", 1);
            node.appendNumbers("readings", 0, 0, 500);
            assertLatest(node, 500, "one");
        }
        try (GatewayNode node = GatewayNode.start(directory)) {
            assertLatest(node, 502, "two");
        }
    }

    /** Appends two records: one after a plain client came, one after a member of a new group has its partition. */
    private void assertLatest(GatewayNode node, long end, String group) {
        TestSocket plain = TestSocket.open(client, node.ws("/topics/readings/stream?from=latest"));
        node.append("readings", "1");
        assertThat(plain.nextJson().get("offset").asLong()).isEqualTo(end);
        try (TestMessages member = TestMessages.json(client, node)) {
            member.subscribe(1, "'topics':['readings'],'group':'" + group + "','from':'latest'");
            JsonNode assigned = member.skipTo("assigned");
            while (assigned.get("partitions").isEmpty()) {
                assigned = member.skipTo("assigned");
            }
            // The position is taken after the assignment was told; caught up means that it is.
            member.skipTo("caught_up");
            node.append("readings", "2");
            assertThat(member.records(1).get(0).get("offset").asLong()).isEqualTo(end + 1);
        }
    }
}
