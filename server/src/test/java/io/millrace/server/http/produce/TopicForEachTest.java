package io.millrace.server.http.produce;

import io.millrace.server.http.HttpConfig;
import io.millrace.server.http.HttpTestServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A node with its HTTP listener for all tests of a class, and an empty topic for each of them. To be registered with {@link
 * org.junit.jupiter.api.extension.RegisterExtension}, in a static field.
 */
final class TopicForEachTest implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback {

    private final int partitions;
    private final Map<String, String> settings;
    private final UnaryOperator<HttpConfig> change;
    private Path directory;
    private HttpTestServer server;
    private String topic;

    TopicForEachTest(int partitions) {
        this(partitions, Map.of(), UnaryOperator.identity());
    }

    /**
     * @param settings of the topics
     * @param change applied to the defaults of the listener
     */
    TopicForEachTest(int partitions, Map<String, String> settings, UnaryOperator<HttpConfig> change) {
        this.partitions = partitions;
        this.settings = settings;
        this.change = change;
    }

    HttpTestServer server() {
        return server;
    }

    /** The present test's. */
    String name() {
        return topic;
    }

    /** Goes on with another one that is empty. */
    void renew() throws Exception {
        topic = "t-" + UUID.randomUUID();
        server.createTopic(topic, partitions, settings);
    }

    /** What is asked to store records in it. */
    String path() {
        return "/topics/" + topic + "/records";
    }

    /** Stores records in it. */
    HttpResponse<String> post(String query, String type, String body, String... headers)
            throws IOException, InterruptedException {
        return server.post(path() + query, type, body, headers);
    }

    /** Everything in it, as the read endpoint gives it. */
    String everything() throws IOException, InterruptedException {
        return server.everything(topic);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        directory = Files.createTempDirectory("millrace-http");
        server = HttpTestServer.start(directory, change);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        renew();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        server.close();
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
