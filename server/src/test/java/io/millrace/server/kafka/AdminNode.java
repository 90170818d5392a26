package io.millrace.server.kafka;

import io.millrace.cluster.ClusterConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A node and a stock admin client for it: one for all tests of a class when it stands in a static field, else one for each test. To be
 * registered with {@link org.junit.jupiter.api.extension.RegisterExtension}.
 */
final class AdminNode implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {

    private static final long TIMEOUT_SECONDS = 15;

    private final UnaryOperator<ClusterConfig> config;
    private boolean isShared;
    private Path directory;
    private KafkaTestNode node;
    private Admin admin;

    AdminNode() {
        this(UnaryOperator.identity());
    }

    AdminNode(UnaryOperator<ClusterConfig> config) {
        this.config = config;
    }

    KafkaTestNode node() {
        return node;
    }

    Admin admin() {
        return admin;
    }

    /** Of its data. */
    Path directory() {
        return directory;
    }

    /** Stops the node in order and starts it with what it has kept. */
    void restart() {
        stop();
        start();
    }

    /** All settings of a resource, with synonyms and documentation. */
    Config describe(ConfigResource resource) throws ExecutionException, InterruptedException, TimeoutException {
        return admin.describeConfigs(
                        List.of(resource),
                        new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true))
                .all()
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .get(resource);
    }

    /** Changes one setting of a resource. */
    void alter(ConfigResource resource, String name, OpType operation, String value)
            throws ExecutionException, InterruptedException, TimeoutException {
        admin.incrementalAlterConfigs(
                        Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), operation))))
                .all()
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        isShared = true;
        create();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        if (!isShared) {
            create();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        if (!isShared) {
            remove();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        remove();
    }

    private void create() throws IOException {
        directory = Files.createTempDirectory("millrace-admin");
        start();
    }

    private void start() {
        node = KafkaTestNode.start(directory, config, UnaryOperator.identity());
        admin = node.admin();
    }

    private void stop() {
        admin.close();
        node.close();
    }

    private void remove() throws IOException {
        stop();
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
