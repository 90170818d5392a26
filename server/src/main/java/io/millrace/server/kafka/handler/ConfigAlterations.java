package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.TopicMetadata;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/**
 * Changes settings of one resource, whole or not at all: of a topic, of a group, of one broker, of all brokers (the broker without a name), or the
 * levels of this broker's loggers. What is wrong is thrown or fails the future.
 */
final class ConfigAlterations {

    /** Kafka's throttles of replication, which its tools take away after every move; there is another one here. */
    private static final Set<String> THROTTLES = Set.of(
            "leader.replication.throttled.rate",
            "follower.replication.throttled.rate",
            "replica.alter.log.dirs.io.max.bytes.per.second");

    private final Controller controller;
    private final ClusterAdmin admin;
    private final TopicConfigChanges topicChanges;
    private final String nodeId;

    ConfigAlterations(Controller controller, ClusterAdmin admin, ClusterConfig config) {
        this.controller = controller;
        this.admin = admin;
        this.topicChanges = new TopicConfigChanges(new TopicConfigEntries(config.topicDefaults()));
        this.nodeId = Integer.toString(config.nodeId());
    }

    /** Changes what is named, and leaves the rest as it is (KIP-339). */
    Future<Void> change(byte type, String name, Collection<ConfigChange> changes, boolean validateOnly) {
        return switch (ConfigResource.Type.forId(type)) {
            case TOPIC -> {
                TopicMetadata topic = topic(name);
                yield alter(topic, topicChanges.of(topic, changes), validateOnly);
            }
            case BROKER -> admin.alterSettings(node(name), settings(changes), validateOnly);
            case GROUP -> admin.alterGroupSettings(name, settings(changes), validateOnly);
            case BROKER_LOGGER -> loggers(name, changes, validateOnly);
            default -> throw unknown(type);
        };
    }

    /** Sets what is named, and takes everything else that was set back to its default, as the older request does (KIP-133). */
    Future<Void> replace(byte type, String name, Map<String, String> values, boolean validateOnly) {
        return switch (ConfigResource.Type.forId(type)) {
            case TOPIC -> {
                TopicMetadata topic = topic(name);
                yield alter(topic, replacing(topic.config(), values), validateOnly);
            }
            case BROKER -> {
                OptionalInt node = node(name);
                Map<String, String> present = node.isPresent()
                        ? controller.image().committed().ofNodes().getOrDefault(node.getAsInt(), Map.of())
                        : controller.image().settings();
                yield admin.alterSettings(node, replacing(present, values), validateOnly);
            }
            case GROUP -> {
                Map<String, String> present =
                        controller.image().committed().ofGroups().getOrDefault(name, Map.of());
                yield admin.alterGroupSettings(name, replacing(present, values), validateOnly);
            }
            default -> throw unknown(type);
        };
    }

    private static Map<String, String> replacing(Map<String, String> present, Map<String, String> values) {
        Map<String, String> changes = new HashMap<>();
        present.keySet().forEach(each -> changes.put(each, null));
        changes.putAll(values);
        return changes;
    }

    private TopicMetadata topic(String name) {
        return new TopicLookup(controller.image()).byName(name);
    }

    private Future<Void> alter(TopicMetadata topic, Map<String, String> changes, boolean validateOnly) {
        return controller.alterTopicConfig(topic.name(), changes, validateOnly).mapEmpty();
    }

    private static OptionalInt node(String name) {
        if (name.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of(Integer.parseInt(name));
        } catch (NumberFormatException e) {
            throw Errors.INVALID_REQUEST.exception("'" + name + "' is not the id of a broker.");
        }
    }

    private static Map<String, String> settings(Collection<ConfigChange> changes) {
        Map<String, String> values = new HashMap<>();
        for (ConfigChange change : changes) {
            boolean isNothing = change.operation() == OpType.DELETE && THROTTLES.contains(change.name());
            if (!isNothing) {
                values.put(change.name(), change.single());
            }
        }
        return values;
    }

    private Future<Void> loggers(String node, Collection<ConfigChange> changes, boolean validateOnly) {
        if (!node.equals(nodeId)) {
            throw Errors.INVALID_REQUEST.exception(
                    "This is broker " + nodeId + "; ask broker '" + node + "' to change its own loggers.");
        }
        changes.forEach(change -> LoggerConfigEntries.check(change.name(), change.single()));
        if (!validateOnly) {
            List.copyOf(changes).forEach(change -> LoggerConfigEntries.apply(change.name(), change.single()));
        }
        return Future.succeededFuture();
    }

    private static RuntimeException unknown(byte type) {
        return Errors.INVALID_REQUEST.exception(
                "Settings of resource type " + type
                        + " are not kept here: those of topics (2), brokers (4), groups (32) and, not by the older request, loggers (8) are.");
    }
}
