package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.metadata.TopicMetadata;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Quotas of clients, set by the Java admin client and felt on raw connections, whose client id is "raw". */
class ClientQuotasIT {

    private static final ClientQuotaEntity RAW = new ClientQuotaEntity(Map.of("client-id", "raw"));

    @RegisterExtension
    final AdminNode on = new AdminNode();

    @Test
    void quotasAreSetListedTakenAwayAndSurviveARestart() throws Exception {
        ClientQuotaEntity users = new ClientQuotaEntity(Collections.singletonMap("user", null));
        set(RAW, "producer_byte_rate", 1_000.0);
        set(RAW, "consumer_byte_rate", 2_000.0);
        set(users, "producer_byte_rate", 3_000.0);
        on.restart();

        assertThat(describe(ClientQuotaFilter.all()))
                .isEqualTo(Map.of(
                        RAW, Map.of("producer_byte_rate", 1_000.0, "consumer_byte_rate", 2_000.0),
                        users, Map.of("producer_byte_rate", 3_000.0)));
        assertThat(describe(
                        ClientQuotaFilter.containsOnly(List.of(ClientQuotaFilterComponent.ofDefaultEntity("user")))))
                .containsOnlyKeys(users);
        assertThat(describe(ClientQuotaFilter.contains(
                        List.of(ClientQuotaFilterComponent.ofEntity("client-id", "someone else")))))
                .isEmpty();
        set(RAW, "producer_byte_rate", null);
        set(RAW, "consumer_byte_rate", null);
        assertThat(describe(ClientQuotaFilter.all())).containsOnlyKeys(users);
    }

    @Test
    void whatIsNotEnforcedIsRefused() {
        assertThatThrownBy(() -> set(RAW, "request_percentage", 10.0))
                .hasCauseInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("not enforced");
        assertThatThrownBy(
                        () -> set(new ClientQuotaEntity(Map.of("ip", "127.0.0.1")), "connection_creation_rate", 10.0))
                .hasCauseInstanceOf(UnsupportedVersionException.class);
        assertThatThrownBy(() -> set(RAW, "producer_byte_rate", -5.0))
                .hasCauseInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aProducerAboveItsQuotaIsToldAndNotReadMeanwhile() throws Exception {
        on.node().createTopic("throttled", 1);
        set(RAW, "producer_byte_rate", 1_000.0);
        try (RawKafkaClient client = on.node().connect()) {
            long began = System.nanoTime();
            ProduceResponse answer =
                    client.call(RawRequests.produce("throttled", -1, RawRequests.batch(12_000)), ProduceResponse.class);

            assertThat(RawRequests.row(answer).errorCode()).isZero();
            assertThat(answer.throttleTimeMs()).isBetween(1_000, 4_000);
            client.call(RawKafkaClient.apiVersions(), ApiVersionsResponse.class);
            assertThat((System.nanoTime() - began) / 1_000_000).isGreaterThanOrEqualTo(answer.throttleTimeMs() - 5);
        }
    }

    @Test
    void aConsumerAboveItsQuotaIsToldAndGetsNoMoreAtOnceThanItsQuota() throws Exception {
        TopicMetadata topic = on.node().createTopic("slow-reads", 1);
        try (RawKafkaClient client = on.node().connect()) {
            for (int i = 0; i < 30; i++) {
                client.call(RawRequests.produce("slow-reads", -1, RawRequests.batch(1_000)), ProduceResponse.class);
            }
            set(RAW, "consumer_byte_rate", 1_000.0);
            FetchResponse first = client.call(RawRequests.fetch(topic, 0, 0), FetchResponse.class);
            assertThat(FetchResponse.recordsSize(RawRequests.row(first))).isBetween(5_000, 10_000);
            assertThat(first.throttleTimeMs()).isZero();

            FetchResponse second = client.call(RawRequests.fetch(topic, 9, 0), FetchResponse.class);
            assertThat(FetchResponse.recordsSize(RawRequests.row(second))).isPositive();
            assertThat(second.throttleTimeMs()).isPositive();
            set(RAW, "consumer_byte_rate", null);
        }
    }

    private void set(ClientQuotaEntity entity, String name, Double value) throws Exception {
        on.admin()
                .alterClientQuotas(
                        List.of(new ClientQuotaAlteration(entity, List.of(new ClientQuotaAlteration.Op(name, value)))))
                .all()
                .get();
    }

    private Map<ClientQuotaEntity, Map<String, Double>> describe(ClientQuotaFilter filter) throws Exception {
        return on.admin().describeClientQuotas(filter).entities().get();
    }
}
