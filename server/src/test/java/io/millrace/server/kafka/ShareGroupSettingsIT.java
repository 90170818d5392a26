package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.group.GroupBounds;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.share.ShareGroupsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings of single share groups, beside those of the configuration. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ShareGroupSettingsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final AdminNode on = new AdminNode(cluster -> cluster.withGroups(
                    new GroupsConfig(2, 60, 4_096, 500, 60_000, 0, 100, 6_000, 500, GroupBounds.defaults()))
            .withShareGroups(new ShareGroupsConfig(2, 10, 100, 20_000, 5, 2_000, "latest", "read_uncommitted")));

    @Test
    void aGroupBeginsAndGivesUpAsItHasSetAlsoAfterARestart() throws Exception {
        set("own", "share.auto.offset.reset", "earliest");
        set("own", "share.delivery.count.limit", "2");
        on.restart();
        on.node().createTopic("work", 1);
        produce("poison", "good");

        try (ShareReader own = reader(
                "own", seen -> seen.value().equals("poison") ? AcknowledgeType.RELEASE : AcknowledgeType.ACCEPT)) {
            await().atMost(PATIENCE).until(() -> own.values().contains("good") && deliveries(own) == 2);
            produce("last");
            await().atMost(PATIENCE).until(() -> own.values().contains("last"));
            assertThat(deliveries(own)).isEqualTo(2);
            assertThat(own.failure()).isNull();
        }
    }

    @Test
    void aGroupMayForbidItsMembersToRenew() throws Exception {
        set("strict", "share.auto.offset.reset", "earliest");
        set("strict", "share.renew.acknowledge.enable", "false");
        on.node().createTopic("work", 1);
        produce("long");

        try (ShareReader strict = reader("strict", seen -> AcknowledgeType.RENEW)) {
            await().atMost(PATIENCE).until(() -> strict.refusals() > 0);
        }
    }

    private static long deliveries(ShareReader reader) {
        return reader.values().stream().filter("poison"::equals).count();
    }

    private void set(String group, String name, String value) throws Exception {
        on.alter(new ConfigResource(Type.GROUP, group), name, OpType.SET, value);
    }

    private ShareReader reader(String group, Function<ShareReader.Seen, AcknowledgeType> verdict) {
        return new ShareReader(on.node().bootstrap(), group, List.of("work"), Map.of(), verdict);
    }

    private void produce(String... values) throws Exception {
        try (KafkaProducer<String, String> producer = on.node().producer(Map.of())) {
            for (String value : values) {
                producer.send(new ProducerRecord<>("work", value)).get(10, TimeUnit.SECONDS);
            }
        }
    }
}
