package io.millrace.cluster.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.group.GroupsConfig;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reigns over the partitions of a real node, told to a library that only notes what it hears. */
class CoordinationTest {

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final CountDownLatch deletion = new CountDownLatch(1);
    private ClusterNode node;
    private Coordination<RunningGroups> coordination;
    private ClusterImage leading;
    private Reigns reigns;
    private Doubts doubts;

    @BeforeEach
    void start() throws Exception {
        GroupsConfig groups = GroupsConfig.defaults().with(2, 0);
        ClusterConfig config =
                ClusterConfig.defaults(StorageConfig.defaults(directory)).withGroups(groups);
        node = get(ClusterNode.startAlone(vertx, config, Clock.systemUTC(), StorageMetrics.NONE));
        get(node.groups().coordinatorOf("any"));
        leading = node.controller().image();
        coordination = new Coordination<>(
                vertx,
                1,
                InternalTopics.CONSUMER_OFFSETS,
                "test-",
                node.localPartitions().coordinatorLogs(),
                (partitions, began, toTell, image) -> {
                    reigns = began;
                    doubts = toTell;
                    return new RunningGroups(library());
                });
        follow(leading);
        await().until(() -> told.containsAll(List.of("elected 0", "elected 1")));
        told.clear();
    }

    @AfterEach
    void stop() throws Exception {
        deletion.countDown();
        coordination.close();
        get(node.stop());
        get(vertx.close());
    }

    /** It waits for what it writes about a topic that is deleted, and for as long as that takes. */
    @Test
    void reignsBeginAndEndWhileTheLibraryIsBusyWithADeletedTopic() {
        follow(leading);
        await().until(() -> told.contains("metadata"));
        ClusterImage nothing =
                new ClusterImage(leading.version() + 1, leading.clusterId(), 1, leading.brokers(), Map.of(), Map.of());

        follow(nothing);
        await().until(() -> told.containsAll(List.of("resigned 0", "resigned 1")));
        follow(leading);
        await().until(() -> told.containsAll(List.of("elected 0", "elected 1")));
        assertThat(told).containsOnlyOnce("metadata");

        deletion.countDown();
        await().until(() -> told.stream().filter("metadata"::equals).count() == 3);
    }

    /** Else it would go on from a state that the log does not have, or has no more. */
    @Test
    void aPartitionWithAWriteInDoubtIsReadAgainWhenItIsKnownWhatBecameOfIt() {
        CompletableFuture<Void> write = new CompletableFuture<>();
        Reign before = reigns.of(1);
        doubts.doubt(before, write);
        await().until(() -> told.equals(List.of("resigned 1")));
        assertThat(reigns.of(1)).isNull();

        follow(leading);
        await().until(() -> told.contains("metadata"));
        assertThat(told).doesNotContain("elected 1");

        write.completeExceptionally(new IllegalStateException("for a test"));
        await().until(() -> told.contains("elected 1"));
        assertThat(reigns.of(1)).isNotNull().isNotSameAs(before);
        assertThat(told).doesNotContain("elected 0", "resigned 0");

        told.clear();
        doubts.doubt(before, new CompletableFuture<>());
        doubts.doubt(reigns.of(0), CompletableFuture.completedFuture(null));
        await().until(() -> told.contains("elected 0"));
        assertThat(told).as("of a reign that is over there is no doubt").doesNotContain("resigned 1");
    }

    private void follow(ClusterImage image) {
        coordination.onMetadata(
                image, new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build(), MetadataImage.EMPTY);
    }

    private GroupCoordinator library() {
        return (GroupCoordinator) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {GroupCoordinator.class}, (self, method, arguments) -> {
                    switch (method.getName()) {
                        case "onElection" -> told.add("elected " + arguments[0]);
                        case "onResignation" -> told.add("resigned " + arguments[0]);
                        case "onMetadataUpdate" -> {
                            told.add("metadata");
                            deletion.await();
                        }
                        case "shutdown" -> told.add("shut down");
                        default -> throw new UnsupportedOperationException(method.getName());
                    }
                    return null;
                });
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
