package io.millrace.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.storage.FlushPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {

    @TempDir
    Path directory;

    @Test
    void nothingSetGivesTheDocumentedDefaults() {
        MillraceConfig config = load("", Map.of());

        assertThat(config).isEqualTo(MillraceConfig.standard());
        assertThat(config.kafka().host()).isEqualTo("127.0.0.1");
        assertThat(config.kafka().port()).isEqualTo(9092);
        assertThat(config.http().host()).isEqualTo("127.0.0.1");
        assertThat(config.http().port()).isEqualTo(8080);
        assertThat(config.node().dataDir()).isEqualTo(Path.of("./data"));
        assertThat(config.storage().flush()).isEqualTo(FlushPolicy.GROUP);
    }

    @Test
    void environmentOverridesTheFileAndAFlagOverridesBoth() {
        String file = "kafka: {port: 1}\nhttp: {port: 2}\nnode:\n  id: 3\n";

        MillraceConfig config = load(file, Map.of("MILLRACE_HTTP_PORT", "20", "MILLRACE_NODE_ID", "30"), "node.id=300");

        assertThat(config.kafka().port()).isEqualTo(1);
        assertThat(config.http().port()).isEqualTo(20);
        assertThat(config.node().id()).isEqualTo(300);
    }

    @Test
    void camelCaseKeysAreUnderscoredInTheEnvironment() {
        MillraceConfig config =
                load("", Map.of("MILLRACE_NODE_DATA_DIR", "/srv/m", "MILLRACE_TOPICS_DEFAULTS_RETENTION_MS", "5000"));

        assertThat(config.node().dataDir()).isEqualTo(Path.of("/srv/m"));
        assertThat(config.topics().defaults()).containsExactly(Map.entry("retention.ms", "5000"));
    }

    @Test
    void aNodeIsAloneUntilItIsToldWhereOthersAre() {
        ClusterSettings alone = load("", Map.of()).cluster();
        ClusterSettings joined =
                load("cluster.join: [127.0.0.1:5701, 127.0.0.1]", Map.of()).cluster();

        assertThat(alone.isClustered()).isFalse();
        assertThat(alone.votersWanted()).isEqualTo(1);
        assertThat(joined.join()).containsExactly("127.0.0.1:5701", "127.0.0.1");
        assertThat(joined.isClustered()).isTrue();
        assertThat(joined.votersWanted()).isEqualTo(3);
    }

    @Test
    void discoveryPropertiesHaveTheNamesOfTheDiscovery() {
        ClusterSettings cluster = load(
                        "cluster: {discovery: kubernetes, discoveryProperties: {service-name: millrace}}", Map.of())
                .cluster();

        assertThat(cluster.discovery()).isEqualTo(ClusterSettings.Discovery.KUBERNETES);
        assertThat(cluster.discoveryProperties()).containsExactly(Map.entry("service-name", "millrace"));
    }

    @Test
    void thePortsForOtherNodesNeedLoopbackAndTheirOwnNumbers() {
        String open = "cluster: {host: 0.0.0.0, join: [10.0.0.7], port: 9092}";

        assertThat(messages(open))
                .anyMatch(each -> each.startsWith("cluster.host:") && each.contains("security.allowInsecure"))
                .anyMatch(each -> each.startsWith("cluster.advertisedHost:"))
                .anyMatch(each -> each.startsWith("cluster.port:"));
        assertThat(messages("cluster: {voters: 2, join: ['10.0.0.7:port']}"))
                .anyMatch(each -> each.startsWith("cluster.voters:"))
                .anyMatch(each -> each.startsWith("cluster.join:"));
    }

    @Test
    void topicDefaultsMayBeNestedOrDotted() {
        String nested = "topics: {defaults: {retention.ms: 5, segment: {bytes: 2048}}}";
        String dotted = "topics.defaults.retention.ms: 5\ntopics.defaults.segment.bytes: 2048\n";

        assertThat(load(nested, Map.of()).topics().defaults())
                .isEqualTo(load(dotted, Map.of()).topics().defaults())
                .isEqualTo(Map.of("retention.ms", "5", "segment.bytes", "2048"));
    }

    @Test
    void theFlushSettingIsTheDefaultPolicyOfTopics() {
        assertThat(load("", Map.of(), "storage.flush=os").topicDefaults()).containsEntry("flush.policy", "os");
        assertThat(load("", Map.of(), "storage.flush=os", "topics.defaults.flush.policy=group")
                        .topicDefaults())
                .containsEntry("flush.policy", "group");
    }

    @Test
    void anUnknownKeyNamesTheNearestKnownOneAndItsLine() {
        assertThat(problems("http:\n  port: 1\nkafka:\n  prot: 19092\n", Map.of()))
                .containsExactly("kafka.prot: there is no such key; did you mean kafka.port? (" + file() + " line 4)");
    }

    @Test
    void anUnknownFlagOrVariableIsReportedWithWhereItCameFrom() {
        assertThat(problems("", Map.of("MILLRACE_KAFKA_PROT", "1")))
                .containsExactly("no key belongs to this variable; did you mean MILLRACE_KAFKA_PORT?"
                        + " (environment MILLRACE_KAFKA_PROT)");
        assertThat(problems("", Map.of(), "data_dir=/srv"))
                .containsExactly("data_dir: there is no such key; did you mean node.dataDir? (--set data_dir=/srv)");
        assertThat(problems("", Map.of(), "colour=blue"))
                .containsExactly(
                        "colour: there is no such key; conf/reference.yaml lists all keys (--set colour=blue)");
    }

    @Test
    void variablesThatKubernetesAddsForAServiceAreLeftAlone() {
        assertThat(load(
                        "",
                        Map.of(
                                "MILLRACE_PORT", "tcp://10.0.0.1:9092",
                                "MILLRACE_PORT_9092_TCP_ADDR", "10.0.0.1",
                                "MILLRACE_SERVICE_HOST", "10.0.0.1",
                                "MILLRACE_SERVICE_PORT_KAFKA", "9092")))
                .isEqualTo(MillraceConfig.standard());
    }

    @Test
    void everyProblemIsReportedAtOnce() {
        String file = "kafka:\n  port: 99999\n  maxConnections: many\nstorage:\n  flush: sometimes\nnode.rack: ''\n";

        assertThat(problems(file, Map.of("MILLRACE_TOPICS_AUTO_CREATE", "yes"), "topics.defaults.cleanup.policy=burn"))
                .containsExactlyInAnyOrder(
                        "kafka.port: must be between 0 and 65535, but is 99999 (" + file() + " line 2)",
                        "kafka.maxConnections: must be a whole number up to 2147483647, but is 'many' (" + file()
                                + " line 3)",
                        "storage.flush: must be group or os, but is 'sometimes' (" + file() + " line 5)",
                        "node.rack: must not be empty (" + file() + " line 6)",
                        "topics.autoCreate: must be true or false, but is 'yes'"
                                + " (environment MILLRACE_TOPICS_AUTO_CREATE)",
                        "topics.defaults.cleanup.policy: Topic setting 'cleanup.policy' cannot be 'burn': it must be one"
                                + " or more of delete, compact (--set topics.defaults.cleanup.policy=burn)");
    }

    @Test
    void bindingToAnotherThanALoopbackAddressNeedsAnExplicitYes() {
        assertThat(problems("kafka: {host: 192.0.2.2}", Map.of(), "http.host=192.0.2.1"))
                .hasSize(2)
                .allMatch(problem -> problem.contains("security.allowInsecure"))
                .anyMatch(problem -> problem.startsWith("kafka.host: '192.0.2.2'"))
                .anyMatch(problem -> problem.startsWith("http.host: '192.0.2.1'"));

        assertThat(load("kafka: {host: 0.0.0.0, advertisedHost: here}", Map.of(), "security.allowInsecure=true")
                        .kafka()
                        .host())
                .isEqualTo("0.0.0.0");
        assertThat(load("kafka: {host: localhost}\nhttp: {host: '::1'}", Map.of())
                        .http()
                        .host())
                .isEqualTo("::1");
    }

    @Test
    void aListenerOnAllAddressesNeedsOneThatClientsCanBeTold() {
        assertThat(problems("kafka: {host: '::'}\nsecurity: {allowInsecure: true}", Map.of()))
                .singleElement()
                .asString()
                .startsWith("kafka.advertisedHost: must be set");
    }

    @Test
    void bothListenersCannotHaveOnePort() {
        assertThat(problems("", Map.of(), "http.port=9092"))
                .containsExactly("http.port: must differ from kafka.port, but both are 9092 (--set http.port=9092)");
        assertThat(load("", Map.of(), "http.port=0", "kafka.port=0").http().port())
                .isZero();
    }

    @Test
    void brokenYamlNamesTheLine() {
        assertThat(problems("kafka:\n  port: 1\n  host: '127.0.0.1\n", Map.of()))
                .singleElement()
                .asString()
                .contains("not valid YAML", "found unexpected end of stream", file() + " line");
        assertThat(problems("- a\n- b\n", Map.of()))
                .containsExactly("a configuration file is a list of 'key: value' lines (" + file() + " line 1)");
    }

    @Test
    void aMissingFileIsReportedByItsName() {
        Path missing = directory.resolve("nowhere.yaml");

        InvalidConfigException thrown = catchThrowableOfType(
                InvalidConfigException.class, () -> ConfigLoader.load(missing, Map.of(), List.of()));

        assertThat(thrown).hasMessage("there is no such configuration file (" + missing + ")");
    }

    @Test
    void aKeyThatIsSetTwiceIsReported() {
        assertThat(problems("kafka.port: 1\nkafka: {port: 2}\n", Map.of()))
                .containsExactly("kafka.port: is set twice, first at " + file() + " line 1 (" + file() + " line 2)");
    }

    @Test
    void listsAndValuesForGroupsAreRefused() {
        assertThat(problems("kafka: 9092\nhttp:\n  port: [1, 2]\nnode:\n", Map.of()))
                .containsExactlyInAnyOrder(
                        "kafka: is a group of keys and takes no value itself (" + file() + " line 1)",
                        "http.port: takes one value, not a list (" + file() + " line 3)");
    }

    @Test
    void aListIsWrittenAsYamlListOrWithCommas() {
        String yaml = "http:\n  allowedOrigins:\n    - https://a.example\n    - https://b.example:8443\n";
        String flag = "http.allowedOrigins=https://a.example, https://b.example:8443";

        assertThat(load(yaml, Map.of()).http().allowedOrigins())
                .containsExactly("https://a.example", "https://b.example:8443")
                .isEqualTo(load("", Map.of(), flag).http().allowedOrigins());
        assertThat(load("http: {allowedOrigins: []}", Map.of()).http().allowedOrigins())
                .isEmpty();
    }

    private Path file() {
        return directory.resolve("millrace.yaml");
    }

    @Test
    void whatIsWrongWithGroupsIsReportedTogetherWithTheRest() {
        String file = "kafka.port: 99999\ngroups:\n  consumerHeartbeatIntervalMs: 45000\n  bounds:\n"
                + "    consumerMaxSessionTimeoutMs: 44999\n";

        assertThat(problems(file, Map.of(), "groups.offsetsPartitions=0"))
                .hasSize(4)
                .anyMatch(problem -> problem.startsWith("kafka.port: "))
                .contains(
                        "groups.offsetsPartitions: must be between 1 and 1000, but is 0 (--set groups.offsetsPartitions=0)")
                .anyMatch(problem -> problem.startsWith("groups.consumerHeartbeatIntervalMs: must be below"))
                .contains(
                        "groups.bounds.consumerMaxSessionTimeoutMs: must not be below consumerMinSessionTimeoutMs, but"
                                + " 44999 is below 45000 (" + file() + " line 5)");
    }

    private List<String> problems(String yaml, Map<String, String> environment, String... flags) {
        InvalidConfigException thrown =
                catchThrowableOfType(InvalidConfigException.class, () -> load(yaml, environment, flags));
        assertThat(thrown).isNotNull();
        return thrown.problems().stream().map(ConfigProblem::toString).toList();
    }

    private MillraceConfig load(String yaml, Map<String, String> environment, String... flags) {
        try {
            Files.writeString(file(), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ConfigLoader.load(file(), environment, List.of(flags));
    }

    private List<String> messages(String yaml) {
        return catchThrowableOfType(InvalidConfigException.class, () -> load(yaml, Map.of())).problems().stream()
                .map(ConfigProblem::toString)
                .toList();
    }
}
