package io.millrace.cluster.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.Controller.ProducerIdBlock;
import io.millrace.storage.StorageConfig;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileControllerTest {

    @TempDir
    Path directory;

    private final List<ClusterImage> applied = new ArrayList<>();
    private FileController controller;

    @BeforeEach
    void start() throws IOException {
        controller = open(1);
    }

    @AfterEach
    void stop() throws InterruptedException {
        controller.close();
    }

    @Test
    void aCreatedTopicIsThereAfterARestartUnderTheSameId() throws Exception {
        TopicMetadata created =
                await(controller.createTopic(new NewTopic("readings", 4, -1, Map.of("retention.ms", "1000")), false));

        restart();

        assertThat(controller.image().topic("readings")).contains(created);
        assertThat(controller.image().topic(created.id())).contains(created);
        assertThat(created.partitions())
                .hasSize(4)
                .allSatisfy(p -> assertThat(p.leader()).isEqualTo(1));
    }

    @Test
    void aTopicThatIsCreatedAgainGetsAnotherId() throws Exception {
        UUID first = await(controller.createTopic(topic("t"), false)).id();
        await(controller.deleteTopic(first));
        UUID second = await(controller.createTopic(topic("t"), false)).id();

        assertThat(second).isNotEqualTo(first);
        assertThat(controller.image().topic(first)).isEmpty();
    }

    @Test
    void theClusterIdSurvivesARestart() throws Exception {
        UUID clusterId = controller.image().clusterId();
        restart();
        assertThat(controller.image().clusterId()).isEqualTo(clusterId);
    }

    @Test
    void validatingChangesNothing() {
        await(controller.createTopic(topic("t"), true));
        assertThat(controller.image().topics()).isEmpty();
    }

    @Test
    void whatCannotBeIsRefusedAndChangesNothing() {
        await(controller.createTopic(topic("t"), false));
        long version = controller.image().version();

        assertRefused(controller.createTopic(topic("t"), false), ErrorCode.TOPIC_ALREADY_EXISTS);
        assertRefused(controller.createTopic(topic("a/b"), false), ErrorCode.INVALID_TOPIC_EXCEPTION);
        assertRefused(controller.createTopic(new NewTopic("u", 0, -1, Map.of()), false), ErrorCode.INVALID_PARTITIONS);
        assertRefused(
                controller.createTopic(new NewTopic("u", 1_000_000, -1, Map.of()), false),
                ErrorCode.INVALID_PARTITIONS);
        assertRefused(
                controller.createTopic(new NewTopic("u", 1, 3, Map.of()), false), ErrorCode.INVALID_REPLICATION_FACTOR);
        assertRefused(
                controller.createTopic(new NewTopic("u", 1, 1, Map.of("retention.sm", "1")), false),
                ErrorCode.INVALID_CONFIG);
        assertRefused(controller.createPartitions("t", 1, false), ErrorCode.INVALID_PARTITIONS);
        assertRefused(controller.createPartitions("nobody", 2, false), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertRefused(controller.alterTopicConfig("t", Map.of("segment.bytes", "x"), false), ErrorCode.INVALID_CONFIG);
        assertRefused(controller.deleteTopic(UUID.randomUUID()), ErrorCode.UNKNOWN_TOPIC_ID);

        assertThat(controller.image().version()).isEqualTo(version);
    }

    @Test
    void settingsAreChangedAndTakenBack() throws Exception {
        await(controller.createTopic(topic("t"), false));
        await(controller.alterTopicConfig("t", Map.of("retention.ms", "5", "segment.ms", "6"), false));
        Map<String, String> back = new HashMap<>();
        back.put("retention.ms", null);
        await(controller.alterTopicConfig("t", back, false));

        restart();

        assertThat(controller.image().topic("t").orElseThrow().config()).isEqualTo(Map.of("segment.ms", "6"));
    }

    @Test
    void producerIdsAreNeverGivenTwice() throws Exception {
        ProducerIdBlock first = await(controller.allocateProducerIds());
        restart();
        ProducerIdBlock second = await(controller.allocateProducerIds());
        assertThat(second.first()).isGreaterThanOrEqualTo(first.end());
    }

    @Test
    void anImageIsPublishedAfterItsPartitionsCanBeUsed() {
        List<Long> published = new ArrayList<>();
        controller.onImage(image -> {
            assertThat(applied.get(applied.size() - 1)).isEqualTo(image);
            published.add(image.version());
        });
        await(controller.createTopic(topic("a"), false));
        await(controller.createTopic(topic("b"), false));
        assertThat(published).containsExactly(1L, 2L);
    }

    @Test
    void aDirectoryOfAnotherNodeIsRefused() throws Exception {
        controller.close();
        assertThatThrownBy(() -> open(2))
                .hasMessageContaining("belongs to node 1")
                .hasMessageContaining("node.id is 2");
    }

    @Test
    void aDamagedFileIsRefusedAndLeftAsItIs() throws Exception {
        await(controller.createTopic(topic("t"), false));
        controller.close();
        Path file = directory.resolve("metadata.json");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> open(1)).hasMessageContaining("checksum");
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    @Test
    void theFileSaysItsVersion() throws Exception {
        assertThat(Files.readString(directory.resolve("metadata.json"))).startsWith("millrace-metadata 1 ");
    }

    private FileController open(int nodeId) throws IOException {
        ClusterConfig defaults = ClusterConfig.defaults(StorageConfig.defaults(directory));
        ClusterConfig config = new ClusterConfig(
                nodeId,
                null,
                defaults.storage(),
                defaults.defaultPartitions(),
                true,
                Map.of(),
                defaults.maxPartitions(),
                defaults.appenderBytesMax());
        return new FileController(config, new MetadataFile(directory), image -> {
            applied.add(image);
            return CompletableFuture.completedFuture(null);
        });
    }

    private void restart() throws Exception {
        controller.close();
        controller = open(1);
    }

    private static NewTopic topic(String name) {
        return new NewTopic(name, 1, 1, Map.of());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e.getCause() == null ? e : e.getCause());
        }
    }

    private static void assertRefused(Future<?> future, ErrorCode code) {
        assertThatThrownBy(
                        () -> future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        MillraceException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
    }
}
