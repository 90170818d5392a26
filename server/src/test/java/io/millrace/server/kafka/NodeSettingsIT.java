package io.millrace.server.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings of nodes, of all nodes and of loggers, and the features of the cluster, by the Java admin client. */
class NodeSettingsIT {

    private static final ConfigResource ALL = new ConfigResource(Type.BROKER, "");
    private static final ConfigResource THIS = new ConfigResource(Type.BROKER, "1");
    private static final ConfigResource LOGGERS = new ConfigResource(Type.BROKER_LOGGER, "1");
    private static final String LOGGER = "io.millrace.server.kafka.KafkaListener";
    private static final String RATE = "replication.catch.up.bytes.per.second";

    @RegisterExtension
    final AdminNode on = new AdminNode();

    @Test
    void theSettingsOfABrokerAreThoseThatItRunsWith() throws Exception {
        Config config = on.describe(THIS);

        assertThat(config.get("log.dirs").value())
                .isEqualTo(on.directory().toAbsolutePath().normalize().toString());
        assertThat(config.get("default.replication.factor").value()).isEqualTo("1");
        assertThat(config.get("socket.request.max.bytes").value()).isEqualTo(String.valueOf(100 << 20));
        assertThat(config.get("max.incremental.fetch.session.cache.slots").value())
                .isEqualTo("1000");
        assertThat(config.get("quota.window.num").value()).isEqualTo("11");
        assertThat(config.get("group.consumer.session.timeout.ms").value()).isEqualTo("45000");
        assertThat(config.get("transaction.max.timeout.ms").value()).isEqualTo("900000");
        assertThat(config.get("log.message.timestamp.after.max.ms").value()).isEqualTo("3600000");
        assertThat(config.get("log.retention.ms").isReadOnly()).isTrue();
        assertThat(config.get(RATE).isReadOnly()).isFalse();
        assertThat(config.entries()).allSatisfy(entry -> {
            assertThat(entry.documentation()).isNotBlank();
            assertThat(entry.synonyms()).isNotEmpty();
        });
    }

    @Test
    void whatIsSetForAllBrokersIsAboveTheirFilesAndSurvivesARestart() throws Exception {
        on.alter(ALL, RATE, OpType.SET, "123456");
        on.alter(ALL, "min.insync.replicas", OpType.SET, "2");
        on.restart();

        assertThat(on.describe(ALL).get(RATE).value()).isEqualTo("123456");
        ConfigEntry rate = on.describe(THIS).get(RATE);
        assertThat(rate.value()).isEqualTo("123456");
        assertThat(rate.source()).isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        assertThat(rate.synonyms())
                .extracting(ConfigEntry.ConfigSynonym::source)
                .containsExactly(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG, ConfigSource.STATIC_BROKER_CONFIG);
        assertThat(on.node().createTopic("two", 1).minInsyncReplicas()).isEqualTo(2);
        on.alter(ALL, RATE, OpType.DELETE, null);
        assertThat(on.describe(ALL).get(RATE)).isNull();
    }

    @Test
    void aSettingOfOneBrokerIsSetAndDeleted() throws Exception {
        on.alter(THIS, "node.drained", OpType.SET, "true");
        assertThat(on.describe(THIS).get("node.drained").source()).isEqualTo(ConfigSource.DYNAMIC_BROKER_CONFIG);
        assertThat(on.node().node().controller().image().brokers().get(1).drained())
                .isTrue();

        on.alter(THIS, "node.drained", OpType.DELETE, null);
        assertThat(on.describe(THIS).get("node.drained").value()).isEqualTo("false");
    }

    @Test
    void whatStandsInTheConfigurationFileCannotBeChangedHere() {
        for (ConfigResource resource : List.of(ALL, THIS)) {
            assertThatThrownBy(() -> on.alter(resource, "log.retention.ms", OpType.SET, "1"))
                    .hasCauseInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("configuration file");
        }
        assertThatThrownBy(() -> on.alter(ALL, RATE, OpType.SET, "0"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> on.alter(ALL, RATE, OpType.APPEND, "1"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void theThrottlesThatToolsTakeAwayAfterAMoveMayBeTakenAway() throws Exception {
        on.alter(THIS, "leader.replication.throttled.rate", OpType.DELETE, null);

        assertThatThrownBy(() -> on.alter(THIS, "leader.replication.throttled.rate", OpType.SET, "1"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void theLevelOfALoggerIsListedSetAndTakenBack() throws Exception {
        String before = on.describe(LOGGERS).get(LOGGER).value();

        on.alter(LOGGERS, LOGGER, OpType.SET, "TRACE");
        assertThat(on.describe(LOGGERS).get(LOGGER).value()).isEqualTo("TRACE");
        on.alter(LOGGERS, LOGGER, OpType.DELETE, null);
        assertThat(on.describe(LOGGERS).get(LOGGER).value()).isEqualTo(before);
        assertThatThrownBy(() -> on.alter(LOGGERS, "no.such.logger", OpType.SET, "INFO"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> on.alter(LOGGERS, LOGGER, OpType.SET, "LOUD"))
                .hasCauseInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void whatCanHaveSettingsIsListed() throws Exception {
        on.node().createTopic("listed", 1);

        assertThat(on.admin()
                        .listConfigResources(
                                Set.of(Type.TOPIC, Type.BROKER, Type.BROKER_LOGGER), new ListConfigResourcesOptions())
                        .all()
                        .get())
                .containsExactlyInAnyOrder(new ConfigResource(Type.TOPIC, "listed"), THIS, LOGGERS);
        assertThat(on.admin()
                        .listConfigResources(Set.of(Type.CLIENT_METRICS), new ListConfigResourcesOptions())
                        .all()
                        .get())
                .isEmpty();
    }

    @Test
    void theFeaturesOfTheClusterAreThoseThatThisServerHas() throws Exception {
        FeatureMetadata features =
                on.admin().describeFeatures().featureMetadata().get();

        assertThat(features.finalizedFeatures())
                .containsOnlyKeys(
                        "metadata.version",
                        "eligible.leader.replicas.version",
                        "group.version",
                        "share.version",
                        "streams.version",
                        "transaction.version");
        assertThat(features.supportedFeatures()).containsKey("metadata.version");
        assertThat(features.finalizedFeaturesEpoch())
                .hasValueSatisfying(epoch -> assertThat(epoch).isNotNegative());
    }

    @Test
    void aFeatureIsTakenAwayAndRaisedAgainAndWhatNobodySupportsIsRefused() throws Exception {
        String elr = "eligible.leader.replicas.version";
        update(elr, 0, UpgradeType.SAFE_DOWNGRADE);
        assertThat(on.admin().describeFeatures().featureMetadata().get().finalizedFeatures())
                .doesNotContainKey(elr);
        update(elr, 1, UpgradeType.UPGRADE);
        assertThat(on.admin().describeFeatures().featureMetadata().get().finalizedFeatures())
                .containsKey(elr);

        assertThatThrownBy(() -> update("metadata.version", 2_000, UpgradeType.UPGRADE))
                .hasCauseInstanceOf(InvalidUpdateVersionException.class)
                .hasMessageContaining("metadata.version");
    }

    private void update(String feature, int level, UpgradeType type) throws Exception {
        on.admin()
                .updateFeatures(Map.of(feature, new FeatureUpdate((short) level, type)), new UpdateFeaturesOptions())
                .all()
                .get();
    }
}
