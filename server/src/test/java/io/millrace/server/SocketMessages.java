package io.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A WebSocket client (the JDK's) of {@code millrace.v1.json}. */
public final class SocketMessages implements WebSocket.Listener, AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();
    private WebSocket socket;

    /** Opens {@code /stream} of a node. */
    public static SocketMessages open(String httpUrl) {
        SocketMessages messages = new SocketMessages();
        messages.socket = CLIENT.newWebSocketBuilder()
                .subprotocols("millrace.v1.json")
                .buildAsync(URI.create(httpUrl.replaceFirst("^http", "ws") + "/stream"), messages)
                .join();
        return messages;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            try {
                received.add(MAPPER.readTree(partial.toString()));
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            partial.setLength(0);
        }
        from.request(1);
        return null;
    }

    /** Sends JSON, written with single quotes. */
    public void send(String json) {
        socket.sendText(json.replace('\'', '"'), true).join();
    }

    /** The next message that is wanted; others before it are dropped. */
    public JsonNode next(Predicate<JsonNode> wanted) {
        try {
            while (true) {
                JsonNode message = received.poll(40, TimeUnit.SECONDS);
                if (message == null) {
                    throw new AssertionError("no message within 40 s");
                }
                if (wanted.test(message)) {
                    return message;
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public JsonNode next(String type) {
        return next(message -> message.path("type").asText().equals(type));
    }

    @Override
    public void close() {
        socket.abort();
    }
}
