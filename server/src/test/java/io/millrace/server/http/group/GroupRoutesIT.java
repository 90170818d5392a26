package io.millrace.server.http.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.HttpCalls;
import io.millrace.server.TestServer;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How far groups are, on a node that is alone; {@code GatewayClusterIT} asks nodes that do not coordinate them. */
class GroupRoutesIT {

    private static TestServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = TestServer.start("groups.offsetsPartitions=1");
        HttpCalls.postJson(server.httpUrl() + "/topics", "{\"name\":\"readings\",\"partitions\":2}");
        for (int i = 0; i < 5; i++) {
            HttpCalls.postJson(server.httpUrl() + "/topics/readings/records?partition=1", "{\"n\":" + i + "}");
        }
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private static String offsets(String group) throws Exception {
        HttpResponse<String> answer = HttpCalls.get(server.httpUrl() + "/groups/" + group + "/offsets");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void tellsWhatAGroupHasCommittedAndItsLag() throws Exception {
        assertThat(offsets("nobody")).isEqualTo("{\"group\":\"nobody\",\"offsets\":[]}");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.kafkaAddress()))) {
            admin.alterConsumerGroupOffsets(
                            "g",
                            Map.of(
                                    new TopicPartition("readings", 1), new OffsetAndMetadata(3, "so far"),
                                    new TopicPartition("readings", 0), new OffsetAndMetadata(0)))
                    .all()
                    .get(30, TimeUnit.SECONDS);

            assertThat(offsets("g"))
                    .isEqualTo("{\"group\":\"g\",\"offsets\":["
                            + "{\"topic\":\"readings\",\"partition\":0,\"offset\":0,\"high_watermark\":0,\"lag\":0,\"metadata\":\"\"},"
                            + "{\"topic\":\"readings\",\"partition\":1,\"offset\":3,\"high_watermark\":5,\"lag\":2,"
                            + "\"metadata\":\"so far\"}]}");
            admin.deleteConsumerGroups(List.of("g")).all().get(30, TimeUnit.SECONDS);
            assertThat(offsets("g")).isEqualTo("{\"group\":\"g\",\"offsets\":[]}");
        }
    }

    @Test
    void takesNoParameters() throws Exception {
        assertThat(HttpCalls.get(server.httpUrl() + "/groups/g/offsets?topic=x").statusCode())
                .isEqualTo(400);
    }
}
