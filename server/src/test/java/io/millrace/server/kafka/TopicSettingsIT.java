package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.metadata.TopicConfig;
import io.millrace.cluster.metadata.TopicConfig.Effect;
import io.millrace.cluster.metadata.TopicConfig.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResourceCollection;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfigCollection;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.requests.AlterConfigsRequest;
import org.apache.kafka.common.requests.AlterConfigsResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings of topics as administrators change them and producers feel them. */
class TopicSettingsIT {

    private static final Map<String, String> OTHER_VALUES = Map.of(
            "compression.type", "zstd",
            "follower.replication.throttled.replicas", "0:1",
            "leader.replication.throttled.replicas", "*",
            "local.retention.bytes", "5",
            "local.retention.ms", "5",
            "remote.log.copy.disable", "true",
            "remote.log.delete.on.disable", "true",
            "remote.storage.enable", "true");

    @RegisterExtension
    static final AdminNode on = new AdminNode();

    @Test
    void aSettingThatIsNotDoneIsRefusedAndItsDefaultAccepted() throws Exception {
        List<Setting> refused = TopicConfig.settings().stream()
                .filter(setting -> setting.effect() == Effect.REFUSED)
                .toList();
        assertThat(refused).extracting(Setting::name).containsExactlyInAnyOrderElementsOf(OTHER_VALUES.keySet());

        create("refusing", Map.of());
        for (Setting setting : refused) {
            alter("refusing", setting.name(), OpType.SET, setting.defaultValue());
            assertThatThrownBy(() -> alter("refusing", setting.name(), OpType.SET, OTHER_VALUES.get(setting.name())))
                    .as(setting.name())
                    .hasCauseInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining(setting.name());
        }
    }

    @Test
    void aSettingWithoutEffectIsCheckedAndKept() throws Exception {
        create("idle-settings", Map.of());
        for (Setting setting : TopicConfig.settings()) {
            if (setting.effect() == Effect.NONE) {
                String value = setting.type() == TopicConfig.Type.BOOLEAN ? "true" : "7";
                alter("idle-settings", setting.name(), OpType.SET, value);

                assertThat(settings("idle-settings").get(setting.name()).value())
                        .isEqualTo(value);
                assertThatThrownBy(() -> alter("idle-settings", setting.name(), OpType.SET, "a lot"))
                        .hasCauseInstanceOf(InvalidConfigurationException.class);
            }
        }
    }

    @Test
    void everySettingIsListedWithValueTypeSourceAndMeaning() throws Exception {
        create("listed", Map.of());
        Config config = settings("listed");

        assertThat(config.entries()).hasSameSizeAs(TopicConfig.settings()).allSatisfy(entry -> {
            assertThat(entry.value()).isNotNull();
            assertThat(entry.type()).isNotEqualTo(ConfigEntry.ConfigType.UNKNOWN);
            assertThat(entry.documentation()).isNotBlank();
            assertThat(entry.synonyms()).isNotEmpty();
            assertThat(entry.isDefault()).isTrue();
        });
        assertThat(config.get("retention.ms").synonyms())
                .extracting(ConfigEntry.ConfigSynonym::name)
                .containsExactly("log.retention.ms");
    }

    @Test
    void listsAreAppendedToAndSubtractedFromAndOtherSettingsAreNot() throws Exception {
        create("lists", Map.of("cleanup.policy", "delete"));

        alter("lists", "cleanup.policy", OpType.APPEND, "compact");
        assertThat(settings("lists").get("cleanup.policy").value()).isEqualTo("delete,compact");
        alter("lists", "cleanup.policy", OpType.SUBTRACT, "delete");
        assertThat(settings("lists").get("cleanup.policy").value()).isEqualTo("compact");
        alter("lists", "cleanup.policy", OpType.DELETE, null);
        assertThat(settings("lists").get("cleanup.policy").isDefault()).isTrue();
        assertThatThrownBy(() -> alter("lists", "retention.ms", OpType.APPEND, "1"))
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("not a list");
    }

    @Test
    void whatIsOnlyValidatedChangesNothing() throws Exception {
        create("dry-settings", Map.of());
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "dry-settings");
        on.admin()
                .incrementalAlterConfigs(
                        Map.of(topic, List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "9"), OpType.SET))),
                        new AlterConfigsOptions().validateOnly(true))
                .all()
                .get();

        assertThat(settings("dry-settings").get("retention.ms").isDefault()).isTrue();
    }

    @Test
    void aCompactionLagAboveItsMaximumIsRefused() throws Exception {
        create("lags", Map.of("max.compaction.lag.ms", "1000"));

        assertThatThrownBy(() -> alter("lags", "min.compaction.lag.ms", OpType.SET, "2000"))
                .hasCauseInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("max.compaction.lag.ms");
    }

    @Test
    void theOlderRequestReplacesAllSettings() throws Exception {
        create("replaced", Map.of("retention.ms", "1000", "segment.ms", "2000"));
        try (RawKafkaClient client = on.node().connect()) {
            for (short version = 0; version <= 2; version++) {
                AlterConfigsResponse answer = client.call(
                        replacing("replaced", Map.of("retention.ms", "300" + version), version),
                        AlterConfigsResponse.class);

                assertThat(answer.data().responses()).singleElement().satisfies(row -> {
                    assertThat(row.errorCode()).isZero();
                    assertThat(row.errorMessage()).isNull();
                });
                assertThat(settings("replaced").get("retention.ms").value()).isEqualTo("300" + version);
                assertThat(settings("replaced").get("segment.ms").isDefault()).isTrue();
            }
            Config all = settings("replaced");
            Map<String, String> back = new HashMap<>();
            all.entries().forEach(entry -> back.put(entry.name(), entry.value()));
            AlterConfigsResponse readModifyWrite =
                    client.call(replacing("replaced", back, (short) 1), AlterConfigsResponse.class);
            assertThat(readModifyWrite.data().responses().get(0).errorCode()).isEqualTo(Errors.NONE.code());
        }
    }

    private static AlterConfigsRequest replacing(String topic, Map<String, String> values, short version) {
        AlterableConfigCollection configs = new AlterableConfigCollection();
        values.forEach(
                (name, value) -> configs.add(new AlterableConfig().setName(name).setValue(value)));
        AlterConfigsResourceCollection resources = new AlterConfigsResourceCollection();
        resources.add(new AlterConfigsResource()
                .setResourceType(ConfigResource.Type.TOPIC.id())
                .setResourceName(topic)
                .setConfigs(configs));
        return new AlterConfigsRequest(new AlterConfigsRequestData().setResources(resources), version);
    }

    @Test
    void timesTooFarFromTheClockAreRefusedUnlessTheLogSetsThem() throws Exception {
        create("times", Map.of("message.timestamp.before.max.ms", "60000", "message.timestamp.after.max.ms", "60000"));
        long now = System.currentTimeMillis();
        try (KafkaProducer<String, String> producer = on.node().producer(Map.of("retries", 0))) {
            send(producer, "times", now, "in time");
            for (long wrong : new long[] {now - 120_000, now + 120_000}) {
                assertThatThrownBy(() -> send(producer, "times", wrong, "wrong"))
                        .hasCauseInstanceOf(InvalidTimestampException.class);
            }

            alter("times", "message.timestamp.type", OpType.SET, "LogAppendTime");
            send(producer, "times", now - 120_000, "stamped");
        }
        List<ConsumerRecord<String, String>> records = read("times", 2);
        assertThat(records).extracting(ConsumerRecord::value).containsExactly("in time", "stamped");
        assertThat(records.get(0).timestampType()).isEqualTo(TimestampType.CREATE_TIME);
        assertThat(records.get(1).timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(records.get(1).timestamp()).isGreaterThanOrEqualTo(now);
    }

    @Test
    void anHourInTheFutureIsTheMostByDefaultAlsoWhenTheBatchIsCompressed() throws Exception {
        create("future", Map.of());
        long now = System.currentTimeMillis();
        try (KafkaProducer<String, String> producer =
                on.node().producer(Map.of("retries", 0, "compression.type", "gzip"))) {
            send(producer, "future", now + 1_800_000, "soon");
            assertThatThrownBy(() -> send(producer, "future", now + 7_200_000, "late"))
                    .hasCauseInstanceOf(InvalidTimestampException.class)
                    .hasMessageContaining("message.timestamp.after.max.ms");
        }
    }

    @Test
    void theCleanupPolicyOfALiveTopicChangesBothWaysAndEverythingStaysReadable() throws Exception {
        create("both-ways", Map.of());
        try (KafkaProducer<String, String> producer = on.node().producer(Map.of())) {
            producer.send(new ProducerRecord<>("both-ways", null, "without key"))
                    .get();
            alter("both-ways", "cleanup.policy", OpType.SET, "compact");
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("both-ways", null, "refused"))
                            .get())
                    .hasMessageContaining("key");
            producer.send(new ProducerRecord<>("both-ways", "k", "with key")).get();
            alter("both-ways", "cleanup.policy", OpType.SET, "delete");
            producer.send(new ProducerRecord<>("both-ways", null, "again without"))
                    .get();
        }

        assertThat(read("both-ways", 3))
                .extracting(ConsumerRecord::value)
                .containsExactly("without key", "with key", "again without");
    }

    private static void send(KafkaProducer<String, String> producer, String topic, long timestamp, String value)
            throws Exception {
        producer.send(new ProducerRecord<>(topic, 0, timestamp, null, value)).get();
    }

    private static List<ConsumerRecord<String, String>> read(String topic, int count) {
        try (KafkaConsumer<String, String> consumer = on.node().consumer(Map.of())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (records.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        }
    }

    private static void create(String name, Map<String, String> config) throws Exception {
        on.admin()
                .createTopics(List.of(new NewTopic(name, 1, (short) 1).configs(config)))
                .all()
                .get();
    }

    private static Config settings(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return on.admin()
                .describeConfigs(
                        List.of(resource),
                        new DescribeConfigsOptions().includeDocumentation(true).includeSynonyms(true))
                .all()
                .get()
                .get(resource);
    }

    private static void alter(String topic, String name, OpType operation, String value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        on.alter(resource, name, operation, value);
    }
}
