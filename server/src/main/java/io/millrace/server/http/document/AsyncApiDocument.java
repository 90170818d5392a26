package io.millrace.server.http.document;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.metadata.TopicMetadata;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes an AsyncAPI 3.0 document: a channel for each topic over HTTP, one over the Kafka protocol, and one for the messages of {@code
 * millrace.v1.json}, whose components are named by who sends them: {@code client.subscribe}, {@code server.subscribed}. Immutable.
 */
final class AsyncApiDocument {

    private static final String VERSION = "3.0.0";
    private static final String KAFKA_BINDING = "0.5.0";

    /** The name of the channel for messages. */
    private static final String MESSAGES = "messages";

    /** What the names of messages begin with. */
    static final String FROM_CLIENTS = "client.";

    static final String FROM_SERVER = "server.";

    private static final List<String> RECORD = List.of("record");
    private static final List<String> KAFKA_RECORD = List.of("kafkaRecord");

    /**
     * Where clients are.
     *
     * @param http host and port as the caller knows them
     * @param secure whether that is https
     * @param kafka host and port
     */
    record Servers(String http, boolean secure, String kafka) {}

    private final ObjectNode info;
    private final ObjectNode stream;
    private final ObjectNode kafka;
    private final ObjectNode messages;
    private final ObjectNode components;

    /** @param serverVersion of this server */
    AsyncApiDocument(String serverVersion) {
        ObjectNode text = DocumentText.read("asyncapi.json");
        this.info = ((ObjectNode) text.get("info")).put("version", serverVersion);
        this.stream = text.withObject("/channels/stream");
        this.kafka = text.withObject("/channels/kafka");
        this.messages = text.withObject("/channels/messages");
        this.components = (ObjectNode) text.get("components");
        StreamQuery query = new StreamQuery();
        bind(stream, "stream", query.schema(StreamQuery.ofTopic()));
        bind(messages, MESSAGES, query.schema(StreamQuery.ofAnyTopics()));
    }

    /** One binding for all channels of a kind: there may be many of them, and there are many parameters. */
    private void bind(ObjectNode channel, String kind, ObjectNode query) {
        ObjectNode bindings = (ObjectNode) channel.get("bindings");
        bindings.withObject("/ws").set("query", query);
        components.withObject("/channelBindings").set(kind, bindings);
        channel.putObject("bindings").put("$ref", "#/components/channelBindings/" + kind);
    }

    ObjectNode of(Servers servers, List<TopicMetadata> visible) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("asyncapi", VERSION);
        document.set("info", info);
        ObjectNode hosts = document.putObject("servers");
        host(hosts, "websocket", servers.http(), servers.secure() ? "wss" : "ws");
        host(hosts, "http", servers.http(), servers.secure() ? "https" : "http");
        host(hosts, "kafka", servers.kafka(), "kafka");
        ObjectNode channels = document.putObject("channels");
        ObjectNode operations = document.putObject("operations");
        for (TopicMetadata topic : visible) {
            String followed = topic.name() + ".stream";
            channel(channels, followed, "/topics/" + topic.name() + "/stream", stream, RECORD, "websocket", "http");
            operation(operations, "follow." + topic.name(), followed, "send", RECORD);
            String kept = topic.name() + ".kafka";
            ObjectNode channel = channel(channels, kept, topic.name(), kafka, KAFKA_RECORD, "kafka");
            channel.withObject("/bindings/kafka")
                    .put("topic", topic.name())
                    .put("partitions", topic.partitions().size())
                    .put("replicas", topic.partitions().get(0).replicas().size())
                    .put("bindingVersion", KAFKA_BINDING);
            operation(operations, "consume." + topic.name(), kept, "send", KAFKA_RECORD);
            operation(operations, "produce." + topic.name(), kept, "receive", KAFKA_RECORD);
        }
        messages(channels, operations);
        document.set("components", components);
        return document;
    }

    private void messages(ObjectNode channels, ObjectNode operations) {
        List<String> fromClients = messagesOf(FROM_CLIENTS);
        List<String> fromServer = messagesOf(FROM_SERVER);
        List<String> all = new ArrayList<>(fromClients);
        all.addAll(fromServer);
        channel(channels, MESSAGES, "/stream", messages, all, "websocket");
        operation(operations, MESSAGES + ".ask", MESSAGES, "receive", fromClients);
        operation(operations, MESSAGES + ".tell", MESSAGES, "send", fromServer);
    }

    private List<String> messagesOf(String sender) {
        List<String> names = new ArrayList<>();
        components.get("messages").fieldNames().forEachRemaining(names::add);
        names.removeIf(name -> !name.startsWith(sender));
        return names;
    }

    private static void host(ObjectNode hosts, String name, String host, String protocol) {
        hosts.putObject(name).put("host", host).put("protocol", protocol);
    }

    private static ObjectNode channel(
            ObjectNode channels,
            String name,
            String address,
            ObjectNode text,
            List<String> messages,
            String... servers) {
        ObjectNode channel = channels.putObject(name);
        channel.put("address", address);
        channel.setAll(text.deepCopy());
        for (String server : servers) {
            channel.withArrayProperty("servers").addObject().put("$ref", "#/servers/" + server);
        }
        ObjectNode named = channel.putObject("messages");
        messages.forEach(message -> named.putObject(message).put("$ref", "#/components/messages/" + message));
        return channel;
    }

    /** @param action what this server does: send or receive */
    private static void operation(
            ObjectNode operations, String name, String channel, String action, List<String> messages) {
        ObjectNode operation = operations.putObject(name);
        operation.put("action", action);
        operation.putObject("channel").put("$ref", "#/channels/" + channel);
        ArrayNode named = operation.putArray("messages");
        messages.forEach(message -> named.addObject().put("$ref", "#/channels/" + channel + "/messages/" + message));
    }
}
