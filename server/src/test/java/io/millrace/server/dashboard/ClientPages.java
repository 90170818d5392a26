package io.millrace.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.millrace.server.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A browser, a node, and pages of it that can import the JavaScript client. Belongs to the thread of the test. */
final class ClientPages implements AutoCloseable {

    private final Chromium chromium = Chromium.launch();
    private final TestServer server = TestServer.start();
    private final Page page = emptyPage(server.httpPort());

    private ClientPages() {}

    /** Skips the calling test where there is no browser. */
    static ClientPages start() {
        return new ClientPages();
    }

    TestServer server() {
        return server;
    }

    Page page() {
        return page;
    }

    Page emptyPage(int port) {
        Page page = chromium.browser().newPage();
        // Any file of the page's own origin will do: modules may be imported from it.
        page.navigate("http://127.0.0.1:" + port + "/favicon.svg");
        return page;
    }

    /** Runs the body of an async function in the page, which has {@code connect}. */
    Object run(String body) {
        return page.evaluate("async () => { const { connect } = await import('/client/millrace.js');" + body + "}");
    }

    /** Makes a topic and stores so many records {@code {"n":…}} in it. */
    void fill(String topic, int partitions, int records) throws Exception {
        post(server, "/topics", "application/json", "{\"name\":\"" + topic + "\",\"partitions\":" + partitions + "}");
        String lines = IntStream.range(0, records)
                .mapToObj(n -> "{\"n\":" + n + ",\"k\":\"k" + n + "\"}\n")
                .collect(Collectors.joining());
        if (records > 0) {
            post(server, "/topics/" + topic + "/records?key_field=k", "application/x-ndjson", lines);
        }
    }

    static void post(TestServer node, String path, String contentType, String body)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(node.httpUrl() + path))
                                .timeout(Duration.ofSeconds(20))
                                .header("Content-Type", contentType)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    }

    @Override
    public void close() {
        server.close();
        chromium.close();
    }
}
