package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupsConfig;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings of single groups, by the Java admin client ({@code kafka-configs --entity-type groups}). */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class GroupSettingsIT {

    private static final String SESSION = "consumer.session.timeout.ms";
    private static final String HEARTBEAT = "consumer.heartbeat.interval.ms";

    /** Of all groups: the session timeout is another than Kafka's default. */
    private static final int SESSION_MS = 50_000;

    @RegisterExtension
    final AdminNode on = new AdminNode(cluster -> cluster.withGroups(new GroupsConfig(
            2, 60, 4_096, 500, 60_000, 0, 100, SESSION_MS, 5_000, new GroupBounds(1_000, 60_000, 100, 15_000))));

    @Test
    void whatAGroupHasSetIsToldWithWhereItComesFromAndOutlivesARestart() throws Exception {
        ConfigResource group = group("patient");
        on.alter(group, HEARTBEAT, OpType.SET, "7000");
        on.restart();

        ConfigEntry heartbeat = on.describe(group).get(HEARTBEAT);
        assertThat(heartbeat.value()).isEqualTo("7000");
        assertThat(heartbeat.source()).isEqualTo(ConfigSource.DYNAMIC_GROUP_CONFIG);
        assertThat(heartbeat.synonyms())
                .extracting(ConfigEntry.ConfigSynonym::name, ConfigEntry.ConfigSynonym::value)
                .containsExactly(tuple(HEARTBEAT, "7000"), tuple("group.consumer.heartbeat.interval.ms", "5000"));
        ConfigEntry session = on.describe(group).get(SESSION);
        assertThat(session.value()).isEqualTo(String.valueOf(SESSION_MS));
        assertThat(session.source()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
        assertThat(session.synonyms())
                .extracting(ConfigEntry.ConfigSynonym::value)
                .containsExactly("50000", "45000");
        assertThat(on.describe(group).entries()).allSatisfy(entry -> {
            assertThat(entry.isReadOnly()).isFalse();
            assertThat(entry.documentation()).isNotBlank();
            assertThat(entry.value()).isNotNull();
        });
    }

    @Test
    void membersAreToldWhatTheirGroupHasSetAtOnceAndAfterARestart() throws Exception {
        on.node().createTopic("read", 1);
        on.node().awaitGroups();
        assertThat(join("quick").heartbeatIntervalMs()).isEqualTo(5_000);

        on.alter(group("quick"), HEARTBEAT, OpType.SET, "150");
        awaitInterval("quick", 150);
        awaitInterval("other", 5_000);
        on.restart();
        on.node().awaitGroups();
        awaitInterval("quick", 150);

        on.alter(group("quick"), HEARTBEAT, OpType.DELETE, null);
        awaitInterval("quick", 5_000);
    }

    @Test
    void aMemberThatIsSilentForLongerThanItsGroupAllowsIsTakenForDead() throws Exception {
        on.node().createTopic("read", 1);
        on.node().awaitGroups();
        on.alter(group("strict"), HEARTBEAT, OpType.SET, "500");
        on.alter(group("strict"), SESSION, OpType.SET, "1000");
        awaitInterval("strict", 500);

        Awaitility.await()
                .atMost(SESSION_MS / 2, TimeUnit.MILLISECONDS)
                .untilAsserted(() -> assertThat(on.admin()
                                .describeConsumerGroups(List.of("strict"))
                                .all()
                                .get(10, TimeUnit.SECONDS)
                                .get("strict")
                                .members())
                        .isEmpty());
    }

    @Test
    void groupsWithSettingsAreListedUntilTheirLastOneIsTakenAway() throws Exception {
        on.alter(group("b"), "share.auto.offset.reset", OpType.SET, "earliest");
        on.alter(group("a"), "streams.num.standby.replicas", OpType.SET, "1");
        assertThat(groups()).containsExactlyInAnyOrder("a", "b");

        on.alter(group("b"), "share.auto.offset.reset", OpType.DELETE, null);
        assertThat(groups()).containsExactly("a");
    }

    @Test
    void whatDoesNotGoIsRefusedWithTheReasonAndNothingChanges() throws Exception {
        ConfigResource group = group("refused");

        assertThatThrownBy(() -> on.alter(group, "consumer.sesion.timeout.ms", OpType.SET, "45000"))
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("did you mean 'consumer.session.timeout.ms'?");
        assertThatThrownBy(() -> on.alter(group, HEARTBEAT, OpType.SET, "15001"))
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("group.consumer.max.heartbeat.interval.ms, which is 15000 here");
        assertThatThrownBy(() -> on.alter(group, HEARTBEAT, OpType.SET, "soon"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> on.alter(group, SESSION, OpType.SET, "4000"))
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("must be greater than consumer.heartbeat.interval.ms");
        assertThatThrownBy(() -> on.alter(group, HEARTBEAT, OpType.APPEND, "1"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> on.alter(group(""), HEARTBEAT, OpType.SET, "7000"))
                .hasCauseInstanceOf(InvalidRequestException.class);
        assertThat(groups()).isEmpty();
    }

    private static ConfigResource group(String id) {
        return new ConfigResource(Type.GROUP, id);
    }

    private List<String> groups() throws Exception {
        return on
                .admin()
                .listConfigResources(Set.of(Type.GROUP), new ListConfigResourcesOptions())
                .all()
                .get(10, TimeUnit.SECONDS)
                .stream()
                .map(ConfigResource::name)
                .toList();
    }

    /** The coordinator hears of settings a moment after they are committed. */
    private void awaitInterval(String group, int intervalMs) {
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(join(group).heartbeatIntervalMs()).isEqualTo(intervalMs));
    }

    private ConsumerGroupHeartbeatResponseData join(String group) {
        try (RawKafkaClient client = on.node().connect()) {
            return client.call(
                            new ConsumerGroupHeartbeatRequest.Builder(new ConsumerGroupHeartbeatRequestData()
                                            .setGroupId(group)
                                            .setMemberId("member")
                                            .setMemberEpoch(0)
                                            .setRebalanceTimeoutMs(10_000)
                                            .setSubscribedTopicNames(List.of("read"))
                                            .setTopicPartitions(List.of()))
                                    .build((short) 1),
                            ConsumerGroupHeartbeatResponse.class)
                    .data();
        }
    }
}
