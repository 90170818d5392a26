package io.millrace.cluster.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.storage.StorageConfig;
import io.millrace.storage.StorageMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When changes of the cluster are answered by the node that was asked. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class AnsweredChangesTest {

    private static final int PATIENCE_SECONDS = 30;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private ClusterNode node;

    @BeforeEach
    void startNode() throws Exception {
        node = get(ClusterNode.startAlone(
                vertx,
                ClusterConfig.defaults(StorageConfig.defaults(directory)),
                Clock.systemUTC(),
                StorageMetrics.NONE));
    }

    @AfterEach
    void stopNode() throws Exception {
        get(node.stop());
        get(vertx.close());
    }

    @Test
    void aChangeIsAnsweredWhenEverybodyInTheNodeWasToldOfIt() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch acts = new CountDownLatch(1);
        node.controller().onImage(image -> {
            if (image.topics().containsKey("t")) {
                told.countDown();
                await(acts);
            }
        });

        Future<TopicMetadata> created = node.controller().createTopic(new NewTopic("t", 1, 1, Map.of()), false);
        try {
            await(told);
            assertThat(created.isComplete()).isFalse();
        } finally {
            // A node whose metadata stands still ends its process.
            acts.countDown();
        }

        assertThat(get(created).name()).isEqualTo("t");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
