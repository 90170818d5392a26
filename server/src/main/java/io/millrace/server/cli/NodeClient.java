package io.millrace.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** Speaks to a node's HTTP API. Every method blocks, and turns what goes wrong into a {@link CommandFailure}. */
final class NodeClient {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final URI base;
    private final HttpClient http;

    /** @param trusted a PEM file with the CAs to trust; null for those of the Java runtime */
    NodeClient(URI base, Path trusted) {
        if (base.getScheme() == null || base.getHost() == null) {
            throw new CommandFailure(ExitCode.USAGE, "--url takes a URL such as http://127.0.0.1:8080, not " + base);
        }
        this.base = URI.create(base.toString().replaceAll("/+$", ""));
        HttpClient.Builder client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_TIMEOUT);
        if (trusted != null) {
            client.sslContext(TrustedCertificates.in(trusted));
        }
        this.http = client.build();
    }

    /** One segment of a path, or a value of a query, with what is special in URLs escaped. */
    static String escape(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    JsonNode get(String path) {
        return answer(request(path).timeout(ANSWER_TIMEOUT).GET());
    }

    JsonNode post(String path, String contentType, String body) {
        return answer(request(path)
                .timeout(ANSWER_TIMEOUT)
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(body)));
    }

    JsonNode put(String path, String json) {
        return answer(request(path)
                .timeout(ANSWER_TIMEOUT)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(json)));
    }

    JsonNode delete(String path) {
        return answer(request(path).timeout(ANSWER_TIMEOUT).DELETE());
    }

    /** An answer that goes on until one side ends it; {@code lastEventId} may be null. */
    <T> HttpResponse<T> stream(String path, String accept, String lastEventId, BodyHandler<T> handler)
            throws IOException {
        HttpRequest.Builder request = request(path).header("Accept", accept).GET();
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        return send(request.build(), handler);
    }

    /** The failure for an answer that is an error. */
    CommandFailure refusal(int status, String body) {
        try {
            JsonNode message = JSON.readTree(body).path("message");
            if (message.isTextual()) {
                return new CommandFailure(ExitCode.FAILED, message.textValue());
            }
        } catch (JsonProcessingException e) {
            // Not an answer of ours (a proxy, another server): show what it says.
        }
        return new CommandFailure(ExitCode.FAILED, base + " answered " + status + (body.isBlank() ? "" : ": " + body));
    }

    CommandFailure unreachable() {
        return new CommandFailure(
                ExitCode.UNREACHABLE,
                "no node answers at " + base + "; start one with ./millrace start, or name it with --url");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path));
    }

    private JsonNode answer(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw refusal(response.statusCode(), response.body());
            }
            return response.body().isEmpty() ? MissingNode.getInstance() : JSON.readTree(response.body());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw unreachable();
        } catch (HttpTimeoutException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    base + " did not answer within 30 s; whether the request was carried out is unknown");
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "the connection to " + base + " broke: " + e.getMessage());
        }
    }

    private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) throws IOException {
        try {
            return http.send(request, handler);
        } catch (SSLException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "no secure connection to " + base + ": " + e.getMessage()
                            + ". Name the CA of the node with --ca, and the node as its certificate does; without TLS"
                            + " there, use http://");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted");
        }
    }
}
