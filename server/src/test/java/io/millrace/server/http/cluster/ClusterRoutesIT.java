package io.millrace.server.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.server.HttpCalls;
import io.millrace.server.TestServer;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The routes on a node that is alone; {@code ClusterGrowthIT} uses them on several. */
class ClusterRoutesIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static TestServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = TestServer.start();
        HttpCalls.postJson(url("/topics"), "{\"name\":\"readings\",\"partitions\":3}");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void theClusterIsDescribed() throws Exception {
        JsonNode status = json(HttpCalls.get(url("/cluster")));

        assertThat(status.path("controller").asInt()).isEqualTo(1);
        assertThat(status.path("answered_by").asInt()).isEqualTo(1);
        assertThat(status.path("under_replicated_partitions").asInt()).isZero();
        assertThat(status.path("moving_partitions").asInt()).isZero();
        assertThat(status.path("throttle_bytes_per_second").isNull()).isTrue();
        assertThat(status.path("quorum").path("voters")).singleElement().satisfies(voter -> {
            assertThat(voter.path("node").asInt()).isEqualTo(1);
            assertThat(voter.path("lag").asInt()).isZero();
        });
        assertThat(status.path("nodes")).singleElement().satisfies(node -> {
            assertThat(node.path("state").asText()).isEqualTo("up");
            assertThat(node.path("kafka").asText()).isEqualTo(server.kafkaAddress());
            assertThat(node.path("leaders").asInt()).isEqualTo(3);
            assertThat(node.path("replicas").asInt()).isEqualTo(3);
        });
    }

    @Test
    void aNodeThatIsAloneIsEvenAndCannotBeEmptied() throws Exception {
        JsonNode plan = json(HttpCalls.postJson(url("/cluster/rebalance"), "{\"dry_run\":true}"));
        assertThat(plan.path("moves")).isEmpty();
        assertThat(plan.path("bytes").asLong()).isZero();
        assertThat(json(HttpCalls.get(url("/cluster/reassignments"))).path("partitions"))
                .isEmpty();
        assertThat(json(HttpCalls.delete(url("/cluster/reassignments")))
                        .path("cancelled")
                        .asInt())
                .isZero();

        HttpResponse<String> drain = HttpCalls.postJson(url("/cluster/drain"), "{\"node\":1}");
        assertThat(drain.statusCode()).isEqualTo(400);
        assertThat(drain.body()).contains("INVALID_REPLICA_ASSIGNMENT", "only 0 nodes");
        HttpResponse<String> remove = HttpCalls.delete(url("/cluster/nodes/1"));
        assertThat(remove.statusCode()).isEqualTo(400);
        assertThat(remove.body()).contains("stop it first");
    }

    @Test
    void nothingIsElectedWhereEveryPartitionHasItsLeader() throws Exception {
        JsonNode unclean = json(HttpCalls.postJson(url("/cluster/leaders"), "{\"unclean\":true}"));
        assertThat(unclean.path("elected").asInt()).isZero();
        assertThat(unclean.path("refused")).isEmpty();
        assertThat(json(HttpCalls.get(url("/cluster/unavailable")))
                        .path("total")
                        .asInt())
                .isZero();
    }

    @Test
    void aDrainedNodeGetsNoReplicasUntilItIsUndrained() throws Exception {
        assertThat(json(HttpCalls.putJson(url("/cluster/nodes/1"), "{\"drained\":true}"))
                        .path("drained")
                        .asBoolean())
                .isTrue();
        assertThat(json(HttpCalls.get(url("/cluster")))
                        .path("nodes")
                        .get(0)
                        .path("drained")
                        .asBoolean())
                .isTrue();
        // The node tells the controller with its next heartbeat, which is sent at once. Asked before that it would make
        // the topic.
        await().untilAsserted(() -> assertThat(
                        HttpCalls.postJson(url("/topics?validate_only=true"), "{\"name\":\"homeless\"}")
                                .body())
                .contains("INVALID_REPLICATION_FACTOR"));

        HttpCalls.putJson(url("/cluster/nodes/1"), "{\"drained\":false}");
        await().untilAsserted(() -> assertThat(HttpCalls.postJson(url("/topics"), "{\"name\":\"at-home\"}")
                        .statusCode())
                .isEqualTo(201));
        assertThat(HttpCalls.putJson(url("/cluster/nodes/9"), "{\"drained\":true}")
                        .statusCode())
                .isEqualTo(404);
        HttpCalls.delete(url("/topics/at-home"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/cluster/rebalance | [] | 400 | JSON object",
                "/cluster/rebalance | {\"node\":1} | 400 | unknown member 'node'",
                "/cluster/rebalance | {\"dry_run\":1} | 400 | true or false",
                "/cluster/rebalance | {\"throttle_bytes_per_second\":0} | 400 | at least 1",
                "/cluster/rebalance | {\"dry_run\" | 400 | not valid JSON",
                "/cluster/drain | {} | 400 | 'node' is missing",
                "/cluster/drain | {\"node\":\"1\"} | 400 | number of a node",
                "/cluster/drain | {\"node\":9} | 404 | no node 9",
                "/cluster/leaders | {\"partition\":0} | 400 | but not its 'topic'",
                "/cluster/leaders | {\"unclean\":\"yes\"} | 400 | true or false",
                "/cluster/leaders | {\"topic\":\"readings\",\"partition\":3} | 404 | no topic 'readings' with a partition 3",
            })
    void whatCannotBeUnderstoodIsRefused(String path, String body, int status, String words) throws Exception {
        HttpResponse<String> answer = HttpCalls.postJson(url(path), body);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).path("message").asText()).contains(words);
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return JSON.readTree(answer.body());
    }

    private static String url(String path) {
        return server.httpUrl() + path;
    }
}
