package io.millrace.server.http.document;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cluster.metadata.TopicMetadata;
import java.util.List;

/** Makes an AsyncAPI 3.0 document of topics: a channel for each over HTTP, and one over the Kafka protocol. Immutable. */
final class AsyncApiDocument {

    private static final String VERSION = "3.0.0";
    private static final String KAFKA_BINDING = "0.5.0";

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
    private final ObjectNode components;

    /** @param serverVersion of this server */
    AsyncApiDocument(String serverVersion) {
        ObjectNode text = DocumentText.read("asyncapi.json");
        this.info = ((ObjectNode) text.get("info")).put("version", serverVersion);
        this.stream = text.withObject("/channels/stream");
        this.kafka = text.withObject("/channels/kafka");
        this.components = (ObjectNode) text.get("components");
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
            channel(channels, followed, "/topics/" + topic.name() + "/stream", stream, "record", "websocket", "http");
            operation(operations, "follow." + topic.name(), followed, "send", "record");
            String kept = topic.name() + ".kafka";
            ObjectNode channel = channel(channels, kept, topic.name(), kafka, "kafkaRecord", "kafka");
            channel.withObject("/bindings/kafka")
                    .put("topic", topic.name())
                    .put("partitions", topic.partitions().size())
                    .put("replicas", topic.partitions().get(0).replicas().size())
                    .put("bindingVersion", KAFKA_BINDING);
            operation(operations, "consume." + topic.name(), kept, "send", "kafkaRecord");
            operation(operations, "produce." + topic.name(), kept, "receive", "kafkaRecord");
        }
        document.set("components", components);
        return document;
    }

    private static void host(ObjectNode hosts, String name, String host, String protocol) {
        hosts.putObject(name).put("host", host).put("protocol", protocol);
    }

    private static ObjectNode channel(
            ObjectNode channels, String name, String address, ObjectNode text, String message, String... servers) {
        ObjectNode channel = channels.putObject(name);
        channel.put("address", address);
        channel.setAll(text.deepCopy());
        for (String server : servers) {
            channel.withArrayProperty("servers").addObject().put("$ref", "#/servers/" + server);
        }
        channel.putObject("messages").putObject(message).put("$ref", "#/components/messages/" + message);
        return channel;
    }

    /** @param action what this server does: send or receive */
    private static void operation(ObjectNode operations, String name, String channel, String action, String message) {
        ObjectNode operation = operations.putObject(name);
        operation.put("action", action);
        operation.putObject("channel").put("$ref", "#/channels/" + channel);
        operation.putArray("messages").addObject().put("$ref", "#/channels/" + channel + "/messages/" + message);
    }
}
