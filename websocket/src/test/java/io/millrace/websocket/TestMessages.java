package io.millrace.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A WebSocket client (the JDK's) of a subprotocol. */
public final class TestMessages implements WebSocket.Listener, AutoCloseable {

    private static final int TIMEOUT_SECONDS = 20;

    private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closeCode = new CompletableFuture<>();
    private final StringBuilder partial = new StringBuilder();
    private final List<byte[]> partialBytes = new ArrayList<>();
    private volatile String closeReason;
    private WebSocket socket;

    /** Opens a connection and takes its welcome. */
    public static TestMessages open(HttpClient client, GatewayNode node, String pathAndQuery, String subprotocol) {
        TestMessages messages = new TestMessages();
        messages.socket = client.newWebSocketBuilder()
                .subprotocols(subprotocol)
                .buildAsync(node.ws(pathAndQuery), messages)
                .join();
        assertThat(messages.socket.getSubprotocol()).isEqualTo(subprotocol);
        return messages;
    }

    /** As {@link #open}, with {@code millrace.v1.json} and nothing followed yet. */
    public static TestMessages json(HttpClient client, GatewayNode node) {
        return greeted(client, node, "millrace.v1.json");
    }

    /** As {@link #open}, with {@code millrace.v1.bin} and nothing followed yet. */
    public static TestMessages binary(HttpClient client, GatewayNode node) {
        return greeted(client, node, "millrace.v1.bin");
    }

    private static TestMessages greeted(HttpClient client, GatewayNode node, String subprotocol) {
        TestMessages messages = open(client, node, "/stream", subprotocol);
        assertThat(messages.next("welcome").get("protocol").asText()).isEqualTo(subprotocol);
        return messages;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            received.add(TestSocket.json(partial.toString()));
            partial.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        partialBytes.add(bytes);
        if (last) {
            ByteBuffer whole = ByteBuffer.allocate(
                    partialBytes.stream().mapToInt(part -> part.length).sum());
            partialBytes.forEach(whole::put);
            partialBytes.clear();
            received.add(whole.flip());
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closeReason = reason;
        closeCode.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closeCode.completeExceptionally(error);
    }

    /** Sends JSON, written with single quotes. */
    public void send(String json) {
        socket.sendText(json.replace('\'', '"'), true).join();
    }

    public void sendBinary(byte[] bytes) {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    public Object nextOfAnyKind() {
        try {
            Object message = received.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no message within " + TIMEOUT_SECONDS + " s; closed: " + closeCode);
            }
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public JsonNode next() {
        return (JsonNode) nextOfAnyKind();
    }

    /** The next message, which must have this type. */
    public JsonNode next(String type) {
        JsonNode message = next();
        assertThat(message.path("type").asText()).as("%s", message).isEqualTo(type);
        return message;
    }

    /** The next message of this type; others before it are dropped. */
    public JsonNode skipTo(String type) {
        return skipTo(message -> message.path("type").asText().equals(type));
    }

    public JsonNode skipTo(Predicate<JsonNode> wanted) {
        while (true) {
            Object message = nextOfAnyKind();
            if (message instanceof JsonNode json && wanted.test(json)) {
                return json;
            }
        }
    }

    /** The records of {@code records} messages until there are so many; other messages are dropped. */
    public List<JsonNode> records(int count) {
        List<JsonNode> records = new ArrayList<>();
        while (records.size() < count) {
            skipTo("records").get("records").forEach(records::add);
        }
        return records;
    }

    /** Subscribes, and takes the answer and its checkpoint. */
    public JsonNode subscribe(int sid, String members) {
        send("{'type':'subscribe','sid':" + sid + ",'id':'s" + sid + "'," + members + "}");
        JsonNode subscribed = next("subscribed");
        assertThat(subscribed.get("sid").asInt()).isEqualTo(sid);
        assertThat(subscribed.get("id").asText()).isEqualTo("s" + sid);
        next("checkpoint");
        return subscribed;
    }

    public int waiting() {
        return received.size();
    }

    public boolean isClosed() {
        return closeCode.isDone();
    }

    public int closeCode() {
        try {
            return closeCode.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("not closed: " + e, e);
        }
    }

    public String closeReason() {
        return closeReason;
    }

    public void abort() {
        socket.abort();
    }

    @Override
    public void close() {
        if (!isClosed()) {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        }
    }
}
